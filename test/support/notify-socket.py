# A socket as systemd has one for its services: binds the path that it is given, and prints each datagram on a line.
import os, socket, struct, sys

receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1])
print("listening", flush=True)
while True:
    data, ancillary, _, _ = receiver.recvmsg(4096, 4096)
    # systemd-notify waits until its end of a pipe is closed: that says that its word was read.
    for level, kind, value in ancillary:
        if kind == socket.SCM_RIGHTS:
            for offset in range(0, len(value), 4):
                os.close(struct.unpack_from("i", value, offset)[0])
    print(data.decode().replace("\n", " "), flush=True)
