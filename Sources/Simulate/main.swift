import Glibc
import Simulation

exit(Simulate.run(Array(CommandLine.arguments.dropFirst())))
