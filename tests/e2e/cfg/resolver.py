# Has libc's resolver ask 127.0.0.1, port $DR_DNS_PORT, in each process.
# SPDX-License-Identifier: GPL-2.0-or-later
"""/etc/resolv.conf has no place for a port. A program may write into the
resolver's state, resolver(3), and Kamailio itself does so with dns_retr_time."""

import ctypes
import os
import socket


class Address(ctypes.Structure):
    """struct sockaddr_in"""
    _fields_ = [("family", ctypes.c_uint16), ("port", ctypes.c_uint16),
                ("host", ctypes.c_uint8 * 4), ("zero", ctypes.c_uint8 * 8)]


class State(ctypes.Structure):
    """The begin of struct __res_state in <resolv.h>"""
    _fields_ = [("retrans", ctypes.c_int), ("retry", ctypes.c_int),
                ("options", ctypes.c_ulong), ("nscount", ctypes.c_int),
                ("nsaddr_list", Address * 3)]


def mod_init():
    return Resolver()


class Resolver:
    def child_init(self, _rank):
        state_of_this_thread = getattr(ctypes.CDLL(None), "__res_state")
        state_of_this_thread.restype = ctypes.POINTER(State)
        state = state_of_this_thread().contents
        state.nscount = 1
        state.nsaddr_list[0] = Address(
            socket.AF_INET, socket.htons(int(os.environ["DR_DNS_PORT"])),
            (127, 0, 0, 1))
        return 0
