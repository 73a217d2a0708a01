-- What the scripts share. SOCKET is set by -D.
US = "csirt@example.org"
OTHER = "someone@elsewhere.example"

function fail (what)
	error ("failed: " .. what)
end

function expect (conn, reply, what)
	local got = mt.getreply (conn)
	if got ~= reply then
		fail (what .. ": got " .. tostring (got) .. ", want " .. tostring (reply))
	end
end

function connect (actions, steps)
	local conn = mt.connect (SOCKET)
	if conn == nil then
		fail ("connect")
	end
	if mt.negotiate (conn, nil, actions, steps) ~= nil then
		fail ("negotiate")
	end
	if mt.conninfo (conn, "client.example", "192.0.2.7") ~= nil then
		fail ("conninfo")
	end
	expect (conn, SMFIR_CONTINUE, "connect")
	mt.helo (conn, "client.example")
	expect (conn, SMFIR_CONTINUE, "helo")
	return conn
end

function envelope (conn, ...)
	mt.mailfrom (conn, "<alice@reporter.example>")
	expect (conn, SMFIR_CONTINUE, "mail")
	for _, recipient in ipairs ({ ... }) do
		mt.rcptto (conn, "<" .. recipient .. ">")
		expect (conn, SMFIR_CONTINUE, "rcpt " .. recipient)
	end
end

function header (conn, name, value)
	mt.header (conn, name, value)
	expect (conn, SMFIR_CONTINUE, "header " .. name)
end

function plain (conn)
	header (conn, "From", "alice@reporter.example")
	header (conn, "Subject", "Report")
	mt.eoh (conn)
	expect (conn, SMFIR_CONTINUE, "eoh")
	mt.bodystring (conn, "Hello team.\r\n")
	expect (conn, SMFIR_CONTINUE, "body")
	mt.eom (conn)
end
