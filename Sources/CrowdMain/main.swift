import Crowd
import Glibc

exit(CrowdProgram.run(CommandLine.arguments))
