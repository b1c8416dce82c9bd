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

#: KEYS of both scripts that follow begin with: segments, ranks, changes. Their ARGV: rank prefix, most changes.
#: `change` tells that the state of a segment's KPI is another now. The figures are those of the window that shows it,
#: as text from the JSON in `kpi:window:figures`: a Lua number would lose digits.
_CHANGE = """
local function change(hash, member, kpi, state, was, at, window)
  local dimension, segment = string.match(member, '^([^:]*):(.*)$')
  local entry = {'dimension', dimension, 'segment', segment, 'kpi', kpi, 'state', state, 'was', was, 'at', at}
  local function add(name, value)
    if value then
      table.insert(entry, name)
      table.insert(entry, value)
    end
  end
  if window then
    local cell = kpi .. ':' .. window
    local index, figures = unpack(redis.call('HMGET', hash, cell .. ':index', cell .. ':figures'))
    add('window', window)
    add('since', string.match(figures, '"since":(%d+)'))
    add('kind', string.match(figures, '"kind":"(%a+)"'))
    add('index', index)
  end
  redis.call('XADD', KEYS[3], 'MAXLEN', '~', ARGV[2], '*', unpack(entry))
end
local function sorted(of)
  local names = {}
  for name in pairs(of) do table.insert(names, name) end
  table.sort(names)
  return names
end
"""

#: KEYS …, the segments' hashes. ARGV …, and packed: a list of shapes {field names, the names of the ranks (JSON list),
#: where among the fields these ranks' indexes are}, and a list of segments {member, at, expiry (ms), number of its
#: shape, values of its fields, the states of its KPIs (JSON object), the windows that show these (likewise)}.
#: Of a segment nothing is done where what is there is newer. Names and states stay in the hash, as fields `ranks` and
#: `states`, so that the next update knows which ranks to leave and what has changed. Of a segment that was not there
#: nothing has. A hash is made anew only where fields are to vanish: setting those that are there takes a third of the
#: time. Ranks are set last, all segments at once: a command a segment and rank takes twice the time.
WRITE = (
    _CHANGE
    + """
local CHUNK = 2000  -- what Lua hands over at once: an even number, its limit is 8000
local shapes, ranked = cmsgpack.unpack(ARGV[3]), {}
local function call(command, key, list)
  for i = 1, #list, CHUNK do redis.call(command, key, unpack(list, i, math.min(i + CHUNK - 1, #list))) end
end
local function rank(hash, member, names, values, places, before)
  if before ~= names then
    for _, name in ipairs(before and cjson.decode(before) or {}) do redis.call('ZREM', ARGV[1] .. name, member) end
    call('SADD', KEYS[2], cjson.decode(names))
  end
  if not ranked[names] then ranked[names] = {} end
  for i, place in ipairs(places) do
    local list = ranked[names][i] or {}
    list[#list + 1], list[#list + 2] = values[place], member
    ranked[names][i] = list
  end
end
local function tell(hash, member, at, before, states, windows)
  local was, now = cjson.decode(before), cjson.decode(states)
  for _, kpi in ipairs(sorted(now)) do
    if now[kpi] ~= was[kpi] then change(hash, member, kpi, now[kpi], was[kpi] or 'none', at, windows[kpi]) end
  end
  for _, kpi in ipairs(sorted(was)) do
    if not now[kpi] then change(hash, member, kpi, 'none', was[kpi], at) end
  end
end
for i, segment in ipairs(cmsgpack.unpack(ARGV[4])) do
  local hash, member, at, expiry, shape, values, states, windows = KEYS[i + 3], unpack(segment)
  local names, ranks, places = unpack(shapes[shape])
  local before = redis.call('HMGET', hash, 'at', 'ranks', 'states')
  if not before[1] or tonumber(before[1]) <= tonumber(at) then
    local fields = {'ranks', ranks, 'states', states}
    for j, name in ipairs(names) do
      fields[2 * j + 3], fields[2 * j + 4] = name, values[j]
    end
    call('HSET', hash, fields)
    if redis.call('HLEN', hash) > #fields / 2 then
      redis.call('DEL', hash)
      call('HSET', hash, fields)
    end
    redis.call('PEXPIREAT', hash, expiry)
    redis.call('SADD', KEYS[1], member)
    rank(hash, member, ranks, values, places, before[2])
    if before[3] and before[3] ~= states then tell(hash, member, at, before[3], states, cjson.decode(windows)) end
  end
end
for names, lists in pairs(ranked) do
  for i, name in ipairs(cjson.decode(names)) do call('ZADD', ARGV[1] .. name, lists[i]) end
end
"""
)

#: KEYS …, the segment's hash. ARGV …, member, "expired": only if the hash is no longer there. 1: removed.
REMOVE = (
    _CHANGE
    + """
if ARGV[4] == 'expired' and redis.call('EXISTS', KEYS[4]) == 1 then return 0 end
local before = redis.call('HMGET', KEYS[4], 'at', 'states')
if before[2] then
  local was = cjson.decode(before[2])
  for _, kpi in ipairs(sorted(was)) do change(KEYS[4], ARGV[3], kpi, 'none', was[kpi], before[1]) end
end
redis.call('DEL', KEYS[4])
redis.call('SREM', KEYS[1], ARGV[3])
for _, name in ipairs(redis.call('SMEMBERS', KEYS[2])) do redis.call('ZREM', ARGV[1] .. name, ARGV[3]) end
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
