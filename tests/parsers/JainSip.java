// Reads messages with JAIN-SIP, its reference implementation
//
// SPDX-License-Identifier: GPL-2.0-or-later

import gov.nist.javax.sip.header.CSeq;
import gov.nist.javax.sip.header.CallID;
import gov.nist.javax.sip.header.ContentLength;
import gov.nist.javax.sip.header.From;
import gov.nist.javax.sip.header.SIPHeader;
import gov.nist.javax.sip.header.StatusLine;
import gov.nist.javax.sip.header.To;
import gov.nist.javax.sip.header.Via;
import gov.nist.javax.sip.message.SIPMessage;
import gov.nist.javax.sip.parser.ParseExceptionListener;
import gov.nist.javax.sip.parser.StringMsgParser;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.Set;

final class JainSip {
    /** Errors in these make the stack drop a message; a bad field of another
     * kind is just left out. */
    private static final Set<Class<?>> NEEDED = Set.of(CSeq.class,
            CallID.class, ContentLength.class, From.class, StatusLine.class,
            To.class, Via.class);

    private static final ParseExceptionListener LISTENER =
            (error, message, kind, header, text) -> {
                if (NEEDED.contains(kind)) {
                    throw error;
                }
            };

    /** Says what stands in the fields of these names. */
    private static String read(byte[] data, String[] names) {
        SIPMessage message;
        try {
            message = new StringMsgParser().parseSIPMessage(
                    data, true, false, LISTENER);
        } catch (ParseException | RuntimeException error) {
            return "refused";
        }
        if (message == null) {
            return "refused";
        }
        StringBuilder said = new StringBuilder("read");
        for (int i = 0; i < names.length; i++) {
            Iterator<SIPHeader> fields = message.getHeaders(names[i]);
            while (fields.hasNext()) {
                String value = fields.next().getHeaderValue();
                said.append(" ").append(i).append("=").append(
                        HexFormat.of().formatHex(
                                value.getBytes(StandardCharsets.UTF_8)));
            }
        }
        return said.toString();
    }

    public static void main(String[] names) throws IOException {
        DataInputStream in = new DataInputStream(System.in);
        while (true) {
            byte[] data;
            try {
                data = new byte[in.readInt()];
            } catch (EOFException end) {
                return;
            }
            in.readFully(data);
            System.out.println(read(data, names));
        }
    }
}
