-- Asks WaitingRoom whether a request may go on. What it refuses is answered with what WaitingRoom says, which is the page.

local question_url = "http://127.0.0.1:8080/api/queue/authorize"

-- Of the connection, or ours to say.
local left_out = {
    ["host"] = true, ["connection"] = true, ["keep-alive"] = true, ["upgrade"] = true, ["te"] = true, ["trailer"] = true,
    ["transfer-encoding"] = true, ["content-length"] = true, ["expect"] = true, ["proxy-connection"] = true,
    ["x-original-method"] = true, ["x-original-uri"] = true, ["x-original-url"] = true,
    ["x-forwarded-method"] = true, ["x-forwarded-uri"] = true, ["x-forwarded-host"] = true,
}

local function question(txn)
    local fields = {}
    for name, values in pairs(txn.http:req_get_headers()) do
        if not left_out[name] then
            fields[name] = {}
            -- They are counted from 0.
            for _, value in pairs(values) do table.insert(fields[name], value) end
        end
    end
    -- As they go to the site: the whole Host, with no comma taken for the end of a value.
    fields["x-forwarded-method"] = { txn.f:method() }
    fields["x-forwarded-host"] = { txn.f:req_fhdr("host") or "" }
    fields["x-forwarded-uri"] = { txn.f:pathq() }
    return fields
end

local function first(answer, name)
    for _, value in pairs(answer.headers[name] or {}) do return value end
end

local function refuse(txn, answer)
    local reply = txn:reply { status = answer.status, reason = answer.reason, body = answer.body }
    for name, values in pairs(answer.headers) do
        if not left_out[name] then
            for _, value in pairs(values) do reply:add_header(name, value) end
        end
    end
    txn:done(reply)
end

core.register_action("waiting_room", { "http-req" }, function(txn)
    local answer = core.httpclient():get { url = question_url, headers = question(txn), timeout = 10000 }
    -- Nobody answers: nobody goes on.
    if not answer or not answer.headers or (answer.status or 0) < 200 then
        return txn:done(txn:reply { status = 503, reason = "Service Unavailable" })
    end
    if answer.status >= 300 then return refuse(txn, answer) end
    -- Both are always there, and empty where nobody needs a pass.
    txn.http:req_set_header("Waiting-Room-Pass", first(answer, "waiting-room-pass") or "")
    txn.http:req_set_header("Waiting-Room-Id", first(answer, "waiting-room-id") or "")
    local cookie = first(answer, "set-cookie")
    if cookie then txn:set_var("txn.waiting_room_cookie", cookie) end
end)
