/**
 * A command of the Lua core, as its module describes it. What each key, argument and reply means is in its own types; how
 * they are laid out on the wire is here, once.
 */
export interface Script<Keys, Arguments, Reply> {
  readonly name: string
  /** What Redis knows it by: of `lua`, so that another text is another command. */
  readonly sha1: string
  readonly writes: boolean
  /** Names of the keys, in order; then the list of which there may be several. */
  readonly keys: readonly (keyof Keys & string)[]
  readonly keyLists: readonly (keyof Keys & string)[]
  readonly args: readonly (keyof Arguments & string)[]
  readonly argLists: readonly ArgumentList[]
  readonly lua: string
  /** Never there: what it answers, for the compiler. */
  readonly $reply?: Reply
}

export interface ArgumentList {
  readonly name: string
  /** Of each of its items, in order; empty when an item is one argument. */
  readonly fields: readonly string[]
}

// biome-ignore lint/suspicious/noExplicitAny: keys and arguments are in the place of a parameter, so only `any` is above all.
export type AnyScript = Script<any, any, unknown>

/** Integers are sent as decimal text: JavaScript writes all digits of a safe integer. */
export type Argument = string | number

export type Text = string
/** An integer in decimal digits. */
export type Int = string
export type Flag = '0' | '1'
/** Three integers: `usd tokens requests`. */
export type Amounts = string

/** A budget: the account by its place on the path, from 1; the rule by its number; `ends` is empty for all time. */
export type Standing = readonly [
  account: Int,
  rule: Int,
  limit: Int,
  settled: Int,
  reserved: Int,
  unconfirmed: Int,
  ends: Int | '',
]

/** A budget that has too little left; of several, `ends` is the latest. */
export type Shortfall = readonly [reason: 'exceeded' | 'reserved' | 'overdraft', ...standing: Standing]

/** A budget that has reached so many percent of its limit. */
export type Crossing = readonly [percent: Int, ...standing: Standing]

/** An account as callers need to see it; all but the place is empty when it is not there. */
export type Account = readonly [
  account: Int,
  v: string,
  rules: string,
  limits: string,
  auto: Flag | '',
  revision: Int | '',
]

/** Where an account stands: per rule `settled reserved unconfirmed overdraft`; or what it is, when that is not as given. */
export type State =
  | readonly ['ok', limits: string, ...counters: string[]]
  | readonly ['stale', ...account: Account]

/** A reservation, as it is kept; what its tombstone does not need any more is empty. */
export type Reservation = readonly [
  id: string,
  state: 'open' | 'settled' | 'released' | 'expired',
  owner: string,
  path: string,
  memo: string,
  label: string,
  held: Amounts,
  charged: Amounts,
  observed: Amounts,
  consumed: Amounts,
  reservedAt: Int | '',
  endedAt: Int | '',
  ttl: Int | '',
  shapes: string,
  windows: string,
]

/** The arguments of EVALSHA behind the script: how many keys, the keys, the arguments. */
export function encode<Keys extends object, Arguments extends object, Reply>(
  script: Script<Keys, Arguments, Reply>,
  keys: Keys,
  args: Arguments,
): Argument[] {
  const words: Argument[] = [0]
  for (const name of script.keys) words.push(keys[name] as string)
  for (const name of script.keyLists) words.push(...(keys[name] as readonly string[]))
  words[0] = words.length - 1
  for (const name of script.args) words.push(args[name] as Argument)
  for (const { name, fields } of script.argLists) {
    for (const item of (args as Lists)[name]!) {
      if (fields.length === 0) words.push(item as Argument)
      else for (const field of fields) words.push((item as Fields)[field]!)
    }
  }
  return words
}

type Fields = Readonly<{ [field: string]: Argument }>
type Lists = Readonly<{ [name: string]: readonly (Argument | Fields)[] }>
