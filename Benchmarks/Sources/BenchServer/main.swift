import Glibc

// The server of the rows `json` and `page`: answers from memory, through the engine's own listener and loop.
//
//   bench-server --listen 127.0.0.1:PORT --loops N --page FILE
//
// `/poll` is 120 bytes of JSON, `/page` is the file. It waits for Web to say how a handler is given to a listener.
let words = Array("bench-server: Web cannot serve yet\n".utf8)
_ = write(STDERR_FILENO, words, words.count)
exit(1)
