import Admission
import Glibc
import Loop
import Redis
import Stores

// What a node asks of Redis, for the rows `store-…`:
//
//   bench-store ADDRESS join BATCH DEPTH SECONDS    newcomers, so many a call and so many calls under way
//   bench-store ADDRESS fill ROOM COUNT             until so many wait in a room
//   bench-store ADDRESS tick ROOM COUNT             ticks, a tenth of a second apart by the room's clock
//
// Says how many were done and in how many seconds.

func fail(_ words: String) -> Never {
    let line = Array("bench-store: \(words)\n".utf8)
    _ = write(STDERR_FILENO, line, line.count)
    exit(2)
}

let arguments = CommandLine.arguments
guard arguments.count >= 5, let work = Work(Array(arguments.dropFirst(2))) else { fail("see the head of its source") }
do {
    let address = try RedisAddress(arguments[1])
    let thread = try LoopThread.start(name: "bench-store") { loop in
        do {
            let load = StoreLoad(work, client: try RedisClient(address, on: loop), on: loop)
            loop.tenant = load
            load.start()
        } catch {
            fail("\(error)")
        }
    }
    thread.join()
} catch {
    fail("\(error)")
}
