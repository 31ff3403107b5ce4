// Reads messages with one of the parsers for Node
//
// SPDX-License-Identifier: GPL-2.0-or-later
//
// usage: parse.js PARSER NAME...

'use strict';

const fs = require('fs');

const [parser, ...names] = process.argv.slice(2);

// Each has a function that gives the values of all names, or nothing when the
// parser refuses the message
const PARSERS = {
  jssip() {
    const { parseMessage } = require('jssip/lib/Parser');
    return (data) => {
      const message = parseMessage(data.toString('utf8'), {});
      return message && names.map((name) => message.getHeaders(name));
    };
  },
  // It has one value for each name, of all fields
  sip() {
    const { parse } = require('sip');
    return (data) => {
      const message = parse(data);
      return message && names.map((name) => {
        const value = message.headers[name.toLowerCase()];
        return value === undefined ? [] : [value];
      });
    };
  },
};

const read = PARSERS[parser]();

function answer(data) {
  let values;
  try {
    values = read(data);
  } catch (error) {
    return 'refused';
  }
  if (!values) return 'refused';
  const hex = (value) => Buffer.from(value, 'utf8').toString('hex');
  return ['read', ...values.flatMap(
    (all, index) => all.map((value) => `${index}=${hex(value)}`))].join(' ');
}

const input = fs.readFileSync(0);
for (let at = 0; at < input.length;) {
  const end = at + 4 + input.readUInt32BE(at);
  fs.writeSync(1, `${answer(input.subarray(at + 4, end))}\n`);
  at = end;
}
