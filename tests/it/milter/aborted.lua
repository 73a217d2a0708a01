-- Transactions that end anywhere, and the next one on the same connection, which knows nothing of them.
local conn = connect ()
for i = 1, 4 do
	envelope (conn, US)
	if i > 1 then
		header (conn, "Subject", "aborted")
	end
	if i > 2 then
		mt.eoh (conn)
		expect (conn, SMFIR_CONTINUE, "eoh")
	end
	if i > 3 then
		mt.bodystring (conn, "half a bo")
		expect (conn, SMFIR_CONTINUE, "body")
	end
	mt.abort (conn)
end
envelope (conn, OTHER)
mt.header (conn, "From", "alice@reporter.example")
expect (conn, SMFIR_ACCEPT, "after aborted ones, a mail for others")
mt.disconnect (conn)

-- A second MAIL without an abort begins anew, too.
conn = connect ()
envelope (conn, US)
envelope (conn, OTHER)
mt.header (conn, "From", "alice@reporter.example")
expect (conn, SMFIR_ACCEPT, "the envelope of the last MAIL counts")
mt.disconnect (conn)

-- Connections that end without a word.
for i = 1, 20 do
	conn = connect ()
	envelope (conn, US)
	header (conn, "Subject", "gone")
	mt.disconnect (conn, false)
end
