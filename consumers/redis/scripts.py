"""What Redis does in one step, in Lua: nobody ever reads half an update, or an older one over a newer one."""

from __future__ import annotations

SCORES = "segpulse:score:"  # + dimension:value, a hash
RANK = "segpulse:rank:"  # + kpi:window, a sorted set of dimension:value by index
RANKS = "segpulse:ranks"  # the set of all kpi:window that have a rank
SEGMENTS = "segpulse:segments"  # the set of all dimension:value
ALERTS = "segpulse:alerts"  # a stream
ALERTS_SEEN = "segpulse:alerts:seen"  # fingerprint:status:at of the alerts in the stream, by `at`

#: KEYS hash, segments, ranks. ARGV member, rank prefix, at, expiry (ms), the names of the segment's ranks (JSON list),
#: its indexes in their order (packed list), packed fields {field, value, …}. 1: written, 0: what is there is newer.
#: The names stay in the hash as field `ranks`, so that the next update knows which of them to leave. A hash is made
#: anew only where fields are to vanish: setting those that are there takes a third of the time.
WRITE = """
local before = redis.call('HMGET', KEYS[1], 'at', 'ranks')
if before[1] and tonumber(before[1]) > tonumber(ARGV[3]) then return 0 end
local ranks = cjson.decode(ARGV[5])
if before[2] ~= ARGV[5] then
  if before[2] then
    for _, name in ipairs(cjson.decode(before[2])) do redis.call('ZREM', ARGV[2] .. name, ARGV[1]) end
  end
  for _, name in ipairs(ranks) do redis.call('SADD', KEYS[3], name) end
end
local fields = cmsgpack.unpack(ARGV[7])
local function set()
  for i = 1, #fields, 2000 do redis.call('HSET', KEYS[1], unpack(fields, i, math.min(i + 1999, #fields))) end
  redis.call('HSET', KEYS[1], 'ranks', ARGV[5])
end
set()
if redis.call('HLEN', KEYS[1]) > #fields / 2 + 1 then
  redis.call('DEL', KEYS[1])
  set()
end
redis.call('PEXPIREAT', KEYS[1], ARGV[4])
redis.call('SADD', KEYS[2], ARGV[1])
local indexes = cmsgpack.unpack(ARGV[6])
for i = 1, #ranks do redis.call('ZADD', ARGV[2] .. ranks[i], indexes[i], ARGV[1]) end
return 1
"""

#: KEYS hash, segments, ranks. ARGV member, rank prefix, "expired": only if the hash is no longer there. 1: removed.
REMOVE = """
if ARGV[3] == 'expired' and redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('DEL', KEYS[1])
redis.call('SREM', KEYS[2], ARGV[1])
for _, name in ipairs(redis.call('SMEMBERS', KEYS[3])) do redis.call('ZREM', ARGV[2] .. name, ARGV[1]) end
return 1
"""

#: KEYS stream, seen. ARGV identity, at, stream's length, seen's length, field, value, … 1: added, 0: it was there.
#: What is older than all that is remembered cannot be told from a repetition, and is not added.
ALERT = """
local full = redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[4])
if full and tonumber(ARGV[2]) < tonumber(redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES')[2]) then return 0 end
if redis.call('ZADD', KEYS[2], 'NX', ARGV[2], ARGV[1]) == 0 then return 0 end
if full then redis.call('ZREMRANGEBYRANK', KEYS[2], 0, 0) end
redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[3], '*', unpack(ARGV, 5))
return 1
"""
