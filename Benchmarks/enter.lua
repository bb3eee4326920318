-- For wrk: everybody is new and joins the line.
wrk.method = "POST"
