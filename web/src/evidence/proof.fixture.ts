/** A proof as a server gave it. */
import type { EventProof } from '../api/types'

export const PROOF = {
  id: 'a',
  ledger_index: 5751,
  leaf_hash: '6aaf0c038b6dc9d5f9737e480385fb6eb6f4c55a9ec4d5e3ea0918bd9638d352',
  leaf: '{"action":"model.disabled","body":"f5a39c5505196aef96d96227cd7ad19acecbc0cd47f4a78138dcdbcd8259010d","id":"a","operation":"disable","origin":"fx","received_at":"2026-11-22T02:53:25.805975Z","result":"success","time":"2026-11-20T10:00:00Z","v":1}',
  body: '{"actor_name":"Ana","ingest_key_id":"01a2012c-399e-7437-9f5d-299618537d47","resource_name":"gpt-4o"}',
  salt: 'kPWvTbUZ1qY3VV+p69fACrvpMsSXdMDeUXkIzd9+zMU=',
  proof:
    'c2sp.org/tlog-proof@v1\nindex 5751\nRS4SINZzwJzTsN8ZBtOpgTWta5b2SnKyJICaJm3oEKA=\nGoIjVfR8pM2vK3X4fohkxX4epoxGz7LwWwtI1RgMCFI=\nege/dbMgpH8kCxT/2tvSdKFfD2VcDMjk61FFCznisgo=\nX2+oVy2krTFLMzkzHqkgsdDDPQxSxvdktMGaC9VCPEc=\nSYW14vcgfFiOFS1phtf94WbTk4EDAbdCbvqXzrJTvFc=\n/pXik/HsQkhLyA1kPOkq87UhGd8aZSlHI0LZ2YimY/s=\njGZywhAwAzV6GnLnQfjH27bLlEOcokvy0o+oE7MQIw8=\n56EK6Xan860VJEHunHQgNwX/s1jBZTvereC+SX5go60=\nzHbvEJjl1ZwupBSqlxHiaCD9qrO2cTyIxGvHTSdJrUM=\n\ndaybook/ee8a1e5a5e632a71\n5752\nQ5MwDU4foNluf9WFqJPjCrlk6bMcHu0Oneqt0n4St1I=\n\n— daybook/ee8a1e5a5e632a71 AMGeM6b1mb5jok0xIXqNCMQn3VtZ0g7vyYt4gBmtgDBfMJDFJzBqlYNFzVXX4ug8rtsX71ZmTm3ZNCZkfHL6EUCW/Q0=\n',
  verifier_key: 'daybook/ee8a1e5a5e632a71+00c19e33+AQGARuU5YQg3YCKIFkf26dDgVeKqJbA4rLkvIbAl6twx',
} satisfies EventProof
