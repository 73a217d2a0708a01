-- Many mails on one connection, ours and others' in turn.
local conn = connect ()
for i = 1, 200 do
	if i % 2 == 0 then
		envelope (conn, OTHER)
		mt.header (conn, "From", "alice@reporter.example")
		expect (conn, SMFIR_ACCEPT, "other " .. i)
		mt.abort (conn)
	else
		envelope (conn, US)
		plain (conn)
		expect (conn, SMFIR_REPLYCODE, "ours " .. i)
	end
end
mt.disconnect (conn)
