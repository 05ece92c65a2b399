import type { Edit, Mutant } from './mutant.ts'

const command = (file: string, find: string, put: string): Edit => ({
  file: `lua/commands/${file}.lua`,
  find,
  put,
})
const include = (file: string, find: string, put: string): Edit => ({
  file: `lua/includes/${file}.lua`,
  find,
  put,
})
const mutant = (name: string, ...edits: readonly Edit[]): Mutant => ({ name, edits })

const EXPIRED = "if record.st == 'expired' then return held, 0, held - used, 0, 1 end"
const SETTLED = 'settled + add[1]'
const LEFT = 'local left = limit - held'
const HOLDS_NOTHING = "string.sub(found[at + 1], 9, 24) == string.rep('\\0', 16)"

/**
 * The same bugs in the Lua core, and those that only Lua and Redis can have. Those that need a gateway whose clock is not
 * the server's, such as a window picked by its end alone, are for the tests of the scripts: the suite has one clock.
 */
export const LUA_MUTANTS: readonly Mutant[] = [
  mutant(
    'refunds what expires',
    include('contribution', EXPIRED, "if record.st == 'expired' then return used, 0, 0, 0, 1 end"),
  ),
  mutant(
    'adds what it is told to what is held, as if totals were deltas',
    include('beyond', 'math.max(0, totals[metric] - held[metric])', 'totals[metric]'),
  ),
  mutant(
    'ignores a settle that comes after expiry',
    include(
      'settled_now',
      "if record.st ~= 'settled' then return 'late', actual end",
      "if record.st == 'expired' then return 'repeat', actual end\n  if record.st ~= 'settled' then return 'late', actual end",
    ),
  ),
  mutant(
    'leaves no tombstone when an unknown id is released',
    command(
      'release',
      "if before and before.st == 'settled'",
      "if not before then return { 'tombstoned', whole(meta.q) } end\nif before and before.st == 'settled'",
    ),
  ),
  mutant(
    'refuses to release what has expired',
    command(
      'release',
      "if before and before.st == 'settled'",
      "if before and (before.st == 'settled' or before.st == 'expired')",
    ),
  ),
  mutant(
    'gives a repeated id its grant, whatever is asked for',
    include('answer_repeat', 'if record.fp ~= fingerprint then', 'if not fingerprint then'),
  ),
  mutant(
    'gives an open reservation a TTL',
    command(
      'reserve',
      "redis.call('ZADD', KEYS[2], due, ARGV[5])",
      "redis.call('ZADD', KEYS[2], due, ARGV[5])\nredis.call('PEXPIRE', KEYS[1], 1)",
    ),
  ),
  mutant(
    'writes amounts down with cjson',
    include('booked_counters', SETTLED, `tonumber(cjson.encode(${SETTLED}))`),
  ),
  mutant(
    'keeps amounts in four bytes, which are seven digits',
    include('from_counter', '>ddddd', '>fffff'),
    include('to_counter', '>ddddd', '>fffff'),
  ),
  mutant(
    'concatenates amounts, which keeps fourteen digits',
    include('booked_counters', SETTLED, `tonumber('' .. (${SETTLED}))`),
  ),
  mutant(
    'chooses windows by the clock of whoever asks',
    command('reserve', 'local newest = math.max(now, meta.newest)', 'local newest = now'),
  ),
  mutant(
    'deletes counters that something unconfirmed refers to',
    include('idle_fields', 'if not account.before then return {} end', ''),
    include('idle_fields', 'if referrers == 0 then', 'if true then'),
    include('idle_fields', 'for _, field in ipairs(account.fields) do keep[field] = true end', ''),
  ),
  mutant(
    'deletes counters of open reservations that hold nothing just now',
    include('idle_fields', 'if referrers == 0 then', `if ${HOLDS_NOTHING} then`),
  ),
  mutant(
    'forgets what took over from a rule, and with it what an open reservation may not do',
    include('living_heirs', ' or referrers ~= 0', ''),
  ),
  mutant(
    'forgets what took over from a rule, though another has taken over from that',
    include('living_heirs', ' or sources[heir.to]', ''),
  ),
  mutant(
    'tells who settles what is left in a window that has ended',
    include('ask', 'hard and not ended and left < least', 'hard and left < least'),
  ),
  mutant(
    'tells who settles what was reached in a window that has ended',
    include('crossings', ' and not ended', ''),
  ),
  mutant(
    'charges the whole reservation for an estimate',
    include(
      'settled_now',
      "if record.st == 'open' then return 'settled', actual end",
      "if record.st == 'open' then return 'settled', basis == 'exact' and actual or merge_amounts(math.max, record.a, actual) end",
    ),
  ),
  mutant('counts a raise a moment too long', include('limit_at', 'now < until_ms', 'now <= until_ms')),
  mutant(
    'names the first budget that denies, not the tightest',
    include('decisive', 'if left < least then chosen, least = short, left end', ''),
  ),
  mutant(
    'keeps a charge unconfirmed after its late settle',
    include('differences', 'unconfirmed - had[3]', 'math.max(0, unconfirmed - had[3])'),
  ),
  mutant('denies for a soft budget', include('ask', '(hard and not terms.observe)', '(not terms.observe)')),
  mutant(
    'does not narrow a grant to what is left',
    include('ask', 'elseif decides and left < grant[metric] then', 'elseif decides and left < 0 then'),
  ),
  mutant('admits one unit too much', include('ask', LEFT, `${LEFT} + 1`)),
  mutant('forgets what running requests hold', include('ask', LEFT, 'local left = limit - settled')),
  mutant(
    'raises a reservation in a window that has ended',
    include('ask', 'local ended = till and till <= terms.newest', 'local ended = false'),
  ),
  mutant(
    'lets a lower estimate replace a higher one',
    include('settled_now', 'merge_amounts(math.max, paid, actual)', 'merge_amounts(math.min, paid, actual)'),
  ),
  mutant(
    'gives back what was consumed when it releases',
    include(
      'contribution',
      "if record.st == 'released' then return used, 0, 0, 0, 0 end",
      "if record.st == 'released' then return 0, 0, 0, 0, 0 end",
    ),
  ),
  mutant(
    'forgets a closed record before its repeats have come',
    include('tombstone_ms', 'math.max(2 * (tonumber(ttl) or 0), 600000)', '1'),
  ),
  mutant('does not count overdraft', include('contribution', 'math.max(0, charge - held)', '0')),
  mutant(
    'settles expired reservations at nothing, consumed or not',
    include('contribution', 'math.max(record.paid[metric], used)', 'record.paid[metric]'),
  ),
  mutant(
    'books on the first account of a path only',
    include('rebook', 'if #plans[at] > 0 then', 'if #plans[at] > 0 and at == 1 then'),
  ),
  mutant(
    'does not move the deadline when it hears of a reservation',
    command('heartbeat', "redis.call('ZADD', KEYS[1], due, id)", ''),
  ),
  mutant(
    'reserves on the accounts, and keeps no record of it',
    command('reserve', "redis.call('ZADD', KEYS[2], due, ARGV[5])", ''),
  ),
  mutant(
    'corrects a budget no more once another has come in its place',
    include('read_charged', 'heirs and inherit(', 'false and inherit('),
  ),
  mutant(
    'has no eye for what took over from a rule, once another account has inherited the same rules',
    include(
      'read_charged',
      'fields_of(charged, windows)',
      "fields_of(charged, { ids = windows.ids, fields = windows.fields, besides = { 'v', 'caps' } })",
    ),
  ),
  mutant(
    'tells every settle of a limit that was reached before',
    include('crossings', ' and settled - charge < reached', ''),
  ),
  mutant('rounds a part of a limit down', include('part_of', 'math.ceil', 'math.floor')),
  mutant(
    'forgets what a repeat is to be told',
    include('from_told', "string.gmatch(text or '', '[^;]+')", "string.gmatch('', '[^;]+')"),
  ),
]
