"""What Redis does in one step, in Lua: nobody ever reads half an update, or an older one over a newer one."""

from __future__ import annotations

SCORES = "segpulse:score:"  # + dimension:value, a hash
RANK = "segpulse:rank:"  # + kpi:window, a sorted set of dimension:value by index
RANKS = "segpulse:ranks"  # the set of all kpi:window that have a rank
SEGMENTS = "segpulse:segments"  # the set of all dimension:value
CHANGES = "segpulse:changes"  # a stream: each change of the state of a segment's KPI
FILLED = "segpulse:filled"  # there while all that stands in Kafka is here
ALERTS = "segpulse:alerts"  # a stream
ALERTS_SEEN = "segpulse:alerts:seen"  # fingerprint:status:at of the alerts in the stream, by `at`

#: Of one KPI, whose state is another now. Its figures are those of the window that shows it.
_CHANGE = """
local function change(kpi, state, was, at, window)
  local dimension, segment = string.match(ARGV[1], '^([^:]*):(.*)$')
  local entry = {'dimension', dimension, 'segment', segment, 'kpi', kpi, 'state', state, 'was', was, 'at', at}
  if window then
    table.insert(entry, 'window')
    table.insert(entry, window)
    for _, figure in ipairs({'since', 'kind', 'index'}) do
      local value = redis.call('HGET', KEYS[1], kpi .. ':' .. window .. ':' .. figure)
      if value then
        table.insert(entry, figure)
        table.insert(entry, value)
      end
    end
  end
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[4], '*', unpack(entry))
end
local function sorted(of)
  local names = {}
  for name in pairs(of) do table.insert(names, name) end
  table.sort(names)
  return names
end
"""

#: KEYS hash, segments, ranks, changes. ARGV member, rank prefix, at, most changes, expiry (ms), the names of the
#: segment's ranks (JSON list), its indexes in their order (packed list), the states of its KPIs (JSON object), the
#: windows that show these (likewise), packed fields {field, value, …}. 1: written, 0: what is there is newer.
#: Names and states stay in the hash, as fields `ranks` and `states`, so that the next update knows which ranks to leave
#: and what has changed. Of a segment that was not there nothing has. A hash is made anew only where fields are to
#: vanish: setting those that are there takes a third of the time.
WRITE = (
    _CHANGE
    + """
local before = redis.call('HMGET', KEYS[1], 'at', 'ranks', 'states')
if before[1] and tonumber(before[1]) > tonumber(ARGV[3]) then return 0 end
local ranks = cjson.decode(ARGV[6])
if before[2] ~= ARGV[6] then
  if before[2] then
    for _, name in ipairs(cjson.decode(before[2])) do redis.call('ZREM', ARGV[2] .. name, ARGV[1]) end
  end
  for _, name in ipairs(ranks) do redis.call('SADD', KEYS[3], name) end
end
local fields = cmsgpack.unpack(ARGV[10])
local function set()
  for i = 1, #fields, 2000 do redis.call('HSET', KEYS[1], unpack(fields, i, math.min(i + 1999, #fields))) end
  redis.call('HSET', KEYS[1], 'ranks', ARGV[6], 'states', ARGV[8])
end
set()
if redis.call('HLEN', KEYS[1]) > #fields / 2 + 2 then
  redis.call('DEL', KEYS[1])
  set()
end
redis.call('PEXPIREAT', KEYS[1], ARGV[5])
redis.call('SADD', KEYS[2], ARGV[1])
if before[3] and before[3] ~= ARGV[8] then
  local was, now, windows = cjson.decode(before[3]), cjson.decode(ARGV[8]), cjson.decode(ARGV[9])
  for _, kpi in ipairs(sorted(now)) do
    if now[kpi] ~= was[kpi] then change(kpi, now[kpi], was[kpi] or 'none', ARGV[3], windows[kpi]) end
  end
  for _, kpi in ipairs(sorted(was)) do
    if not now[kpi] then change(kpi, 'none', was[kpi], ARGV[3]) end
  end
end
local indexes = cmsgpack.unpack(ARGV[7])
for i = 1, #ranks do redis.call('ZADD', ARGV[2] .. ranks[i], indexes[i], ARGV[1]) end
return 1
"""
)

#: KEYS as above. ARGV member, rank prefix, "expired": only if the hash is no longer there, most changes. 1: removed.
REMOVE = (
    _CHANGE
    + """
if ARGV[3] == 'expired' and redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
local before = redis.call('HMGET', KEYS[1], 'at', 'states')
if before[2] then
  local was = cjson.decode(before[2])
  for _, kpi in ipairs(sorted(was)) do change(kpi, 'none', was[kpi], before[1]) end
end
redis.call('DEL', KEYS[1])
redis.call('SREM', KEYS[2], ARGV[1])
for _, name in ipairs(redis.call('SMEMBERS', KEYS[3])) do redis.call('ZREM', ARGV[2] .. name, ARGV[1]) end
return 1
"""
)

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
