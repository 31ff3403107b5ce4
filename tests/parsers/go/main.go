// Reads messages with sipgo, the parser of LiveKit SIP
//
// SPDX-License-Identifier: GPL-2.0-or-later
//
// go.mod has the version of LiveKit SIP 1.2.0, v1.mod that of 1.10.0.
package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"github.com/emiago/sipgo/sip"
)

// message reads a size and the message after it; nil at the end.
func message() []byte {
	var size uint32
	if binary.Read(os.Stdin, binary.BigEndian, &size) != nil {
		return nil
	}
	data := make([]byte, size)
	if _, err := io.ReadFull(os.Stdin, data); err != nil {
		panic(err)
	}
	return data
}

// read says what stands in the fields of these names.
func read(data []byte, names []string) string {
	msg, err := sip.NewParser().ParseSIP(data)
	if err != nil {
		return "refused"
	}
	said := "read"
	for i, name := range names {
		for _, field := range msg.GetHeaders(name) {
			said += fmt.Sprintf(" %d=%x", i, field.Value())
		}
	}
	return said
}

func main() {
	for data := message(); data != nil; data = message() {
		fmt.Println(read(data, os.Args[1:]))
	}
}
