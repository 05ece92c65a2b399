import type { Budget } from '@tollgate/kit/ledger'
import type { RedisTarget } from '@tollgate/kit/ledger/redis'
import type { PriceOverrides } from '@tollgate/kit/meter'
import type { Dialect } from '@tollgate/kit/wire'

/** What the gateway runs from: every field resolved, every default filled in, frozen. */
export interface Config {
  /** The file it was read from, as it was named; undefined when everything is a default or from the environment. */
  readonly file: string | undefined
  readonly listen: Listen
  readonly store: Store
  /** `strict`: what a file has answered survives the loss of power too; a Redis is refused for what is else a warning. */
  readonly durability: 'normal' | 'strict'
  /** The folder where the ends of calls wait that the books did not take: on this machine's disk. */
  readonly spool: string
  /** `observe`: budget and tier refusals are only reported. */
  readonly mode: 'enforce' | 'observe'
  readonly org: string
  /** IANA zone whose calendar the windows of all budgets follow. */
  readonly timeZone: string
  /** Undefined: made and kept beside the database; never with a Redis store. */
  readonly masterKey: string | undefined
  readonly unknownPrice: 'ceiling' | 'refuse'
  readonly nearLimit: 'refuse' | 'cap'
  /** Whether a request is refused rather than lose something on its way to another dialect. */
  readonly translation: 'lossy' | 'strict'
  readonly budgetStatus: 429 | 402
  /** How long a request may wait for running ones to settle, ms. */
  readonly waitMs: number
  readonly exposeLimits: boolean
  /** Providers that can be called; in the order of the file. */
  readonly providers: readonly Provider[]
  /** Providers that are declared and have no key. */
  readonly disabledProviders: readonly DisabledProvider[]
  /** Where a model that clients ask for may go; only to providers that can be called, which may be none. */
  readonly routes: readonly Route[]
  /** Whether any other model goes to the provider that the price book knows for it. */
  readonly passthrough: boolean
  /** None: every model is allowed. */
  readonly tiers: readonly Tier[]
  readonly teams: readonly Team[]
  /** Budgets of accounts never seen before, by kind. */
  readonly defaults: Readonly<Record<DefaultsFor, readonly Budget[]>>
  /** How many users whom nobody has named one team or project may have; so many more are refused. */
  readonly maxUnseenUsers: number
  readonly keys: readonly ConfigKey[]
  readonly prices: PriceOverrides
  /** Files with lists of prices, in their order; absolute. */
  readonly priceFiles: readonly string[]
  readonly policies: readonly Policy[]
  readonly audit: readonly AuditSink[]
  readonly admin: {
    readonly listen: Listen
    /** Undefined: made and kept beside the database; never with a Redis store. */
    readonly token: string | undefined
  }
  /** Names of stages, or absolute paths of modules, in their order. */
  readonly pipeline: readonly string[]
  /** What an operator should know and can live with, a sentence each. */
  readonly warnings: readonly string[]
}

/**
 * Who there is and where the books are: what a command beside a gateway goes by. It knows the keys of the config, and
 * none of their secrets; `masterKey` is there for the command that hashes a key, `audit` for the one that writes records.
 */
export interface StoreConfig
  extends Pick<
    Config,
    | 'file'
    | 'store'
    | 'durability'
    | 'org'
    | 'timeZone'
    | 'masterKey'
    | 'teams'
    | 'defaults'
    | 'maxUnseenUsers'
    | 'policies'
    | 'audit'
  > {
  readonly keys: readonly Omit<ConfigKey, 'secret'>[]
}

export interface Listen {
  readonly host: string
  readonly port: number
}

/** Where the books are, and with a file also who may call, and the table of records. */
export type Store = SqliteStore | RedisStore

export interface SqliteStore {
  readonly kind: 'sqlite'
  /** Absolute. */
  readonly path: string
}

export interface RedisStore {
  readonly kind: 'redis'
  /** What a client connects to; its password is in it. */
  readonly target: RedisTarget
  /** Before every key. */
  readonly prefix: string
  /** Where that is, for people; no password is in it. */
  readonly shown: string
}

export interface Provider {
  readonly name: string
  readonly dialect: Dialect
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly apiKey: string | undefined
  /** The variable that the key came from, for people to read. */
  readonly apiKeyFrom: string | undefined
  /** `none`: what it serves costs nothing. */
  readonly billing: 'metered' | 'none'
}

export interface DisabledProvider {
  readonly name: string
  readonly because: string
}

export interface Route {
  readonly model: string
  readonly targets: readonly RouteTarget[]
}

export interface RouteTarget {
  readonly provider: string
  readonly model: string
}

export interface Tier {
  readonly name: string
  /** Patterns, `*` for any text. */
  readonly models: readonly string[]
  /** Endpoint classes beyond what every tier has. */
  readonly endpoints: readonly string[]
  /** Who approves access to it; free text. */
  readonly approval: string
}

export interface Team {
  readonly id: string
  /** Undefined when no tiers are declared. */
  readonly tier: string | undefined
  readonly costCenter: string | undefined
  readonly budgets: readonly Budget[]
}

/** Kinds of accounts that can have budgets before they are known. */
export type DefaultsFor = 'team' | 'project' | 'user' | 'key'

export interface ConfigKey {
  readonly id: string
  readonly team: string | undefined
  readonly project: string | undefined
  readonly user: string | undefined
  readonly label: string | undefined
  readonly tags: Readonly<Record<string, string>> | undefined
  readonly secret: string
  readonly budgets: readonly Budget[]
}

/** A budget on every account of one kind. */
export interface Policy {
  readonly name: string
  readonly per: 'org' | DefaultsFor
  readonly budget: Budget
}

export interface AuditSink {
  readonly type: 'ndjson'
  /** Absolute. */
  readonly path: string
}
