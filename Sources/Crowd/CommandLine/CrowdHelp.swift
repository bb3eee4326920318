/// What `crowd --help` says.
enum CrowdHelp {
    static let text = """
        crowd: virtual visitors for a rehearsal, and a report of whether what was promised was kept.

        Each has cookies, patience and, if you like, an address of its own. It asks for the page, waits in line as the server
        tells it to, goes in when it is let in, clicks about, and leaves. Tens of thousands need one core and a few connections.

        Try it. A waiting room in front of a site of yours on port 3000, and 2000 people at its door:
          waitingroom serve --upstream http://127.0.0.1:3000 --rate 50 --max-active 500
          crowd --target http://127.0.0.1:8080/ --visitors 2000 --rate 50/s --max-active 500 --leave delete

        Where, and how many
          --target URL          the page that they want; several for several nodes, which get the requests in turn
          --visitors N          how many there are in all (1000), at most \(Options.visitorsMax)
          --arrivals STEPS      how they come, one step after another ("wall": all at once):
                                "wall 5000, trickle 50/s for 10m", "ramp 0/s to 200/s for 1m", "pause 30s"
          --for TIME            the run ends then at the latest (10m); Ctrl-C ends it too, with the report
          --connections N       connections that carry it all (200)
          --answer-timeout TIME no answer after so long is an error (30s)
          --addresses HOW       one: all come from here. xff: each has its own in X-Forwarded-For, which counts when this machine
                                is in trusted_proxies. loopback: each comes from its own 127.x.y.z, on connections of its own
          --seed N              the same seed makes the same choices

        How they behave
          --patience TIME       how long they wait, between half and one and a half of it (forever)
          --come-back SHARE     of those who gave up come back (0), --away TIME later (30s), to the place they had
          --reload SHARE        of the polls is a reload of the page instead (0.02)
          --requests N          of the site, once inside (3), --think TIME apart (2s)
          --leave idle|delete   in the end they just stop (idle), or say so to the waiting room
          --leave-path PATH     or visit this page, after which your site answers with "Waiting-Room: release"

        What is to be kept; what is not said is reported and not judged
          --rate RATE           100/s, 30/m: in no window of w more than rate × w + burst are let in
          --burst N             what half a second brings and two more, as a room has it
          --max-active N        so many inside at once
          --order fifo|any      who came first goes first (fifo), or not: a draw, several lanes
          --errors-max N        failed requests and bad answers that are granted (0)
          --lag TIME            how old what a node knows may be (500ms)
          --origin-log FILE     what the site itself counted: a line "TIME ID" for each request, TIME in seconds since 1970 with a
                                fraction, ID what came in Waiting-Room-Id, "-" for none; read when the run is over
          --json FILE           the report for programs
          --quiet               no line each second

        Where the waiting room is configured otherwise
          --host NAME, --api-prefix PATH (/api/queue), --ticket-cookie NAME (wr_ticket), --pass-cookie NAME (wr_pass)

        It goes to this machine only. For another one say its host again: --yes-i-own shop.example. It has to be yours: a crowd
        at the door of others is an attack. Certificates are not checked on this machine, and are everywhere else.

        Exit codes: 0 all was kept; 1 not, the report says what; 2 the command line is wrong. docs/CROWD.md says how it judges.
        """
}
