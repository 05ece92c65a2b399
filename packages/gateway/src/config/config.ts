import type { Role } from '@tollgate/kit/directory'
import type { TagSource } from '@tollgate/kit/identity'
import type { Budget } from '@tollgate/kit/ledger'
import type { RedisTarget } from '@tollgate/kit/ledger/redis'
import type { Rates, Treatment } from '@tollgate/kit/limits'
import type { PriceOverrides } from '@tollgate/kit/meter'
import type { OwnedPer } from '@tollgate/kit/owners'
import type {
  BreakerOptions,
  Timeouts as KitTimeouts,
  RetryOptions,
  RouteRule,
} from '@tollgate/kit/stages/provider-failover'
import type { AuthRules, ListenTls } from './access.ts'
import type { CacheRules } from './cache-rules.ts'
import type { ConfigKey, Team, Tier } from './people.ts'
import type { PriceUpdateRules } from './price-update-rules.ts'
import type { DisabledProvider, HttpProvider, Provider } from './provider.ts'
import type { Proxies } from './proxies.ts'

export type { AzureHost, BedrockHost, Host, VertexHost } from './host.ts'
export type { ConfigKey, Team, Tier } from './people.ts'
export type { DisabledProvider, HttpProvider, Meter, Metered, Provider } from './provider.ts'

/** What the gateway runs from: every field resolved, every default filled in, frozen. */
export interface Config {
  /** The file it was read from, as it was named; undefined when everything is a default or from the environment. */
  readonly file: string | undefined
  readonly listen: PublicListen
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
  /** What the keys of providers are sealed with that are kept beside the books; the newest first. None: the master key. */
  readonly sealKeys: readonly string[]
  readonly unknownPrice: 'ceiling' | 'refuse'
  readonly nearLimit: 'refuse' | 'cap'
  /** `tight`: what streams usually cost is reserved, more is added as they flow, and one without budget is cut. */
  readonly enforcement: 'hard' | 'tight'
  /** Whether a request is refused rather than lose something on its way to another dialect. */
  readonly translation: 'lossy' | 'strict'
  readonly budgetStatus: 429 | 402
  /** How long a request may wait for running ones to settle, ms. */
  readonly waitMs: number
  readonly exposeLimits: boolean
  readonly tokenizer: 'js-tiktoken' | 'gpt-tokenizer'
  /** Among whom is shared what somebody has stored at a provider. */
  readonly ownedPer: OwnedPer
  /** Providers that can be called; in the order of the file. */
  readonly providers: readonly Provider[]
  /** Paid APIs that serve no models, and can be called. */
  readonly httpProviders: readonly HttpProvider[]
  /** Providers that are declared and have no key. */
  readonly disabledProviders: readonly DisabledProvider[]
  /** Where a model that clients ask for may go; only to providers that can be called, which may be none. */
  readonly routes: readonly Route[]
  /** Between the gateway and its providers. */
  readonly proxies: Proxies
  readonly timeouts: Timeouts
  readonly retries: RetryRules
  readonly breakers: BreakerRules
  /** Whether any other model goes to the provider that the price book knows for it. */
  readonly passthrough: boolean
  /** None: every model is allowed. */
  readonly tiers: readonly Tier[]
  readonly teams: readonly Team[]
  /** The headers that tags of a request are read from. */
  readonly tagSources: readonly TagSource[]
  /** Budgets of accounts never seen before, by kind. */
  readonly defaults: Readonly<Record<DefaultsFor, readonly Budget[]>>
  /** How fast accounts may go that state nothing of their own, by kind. */
  readonly defaultRates: Readonly<Record<DefaultsFor, Rates | undefined>>
  /** How fast models may be asked by the whole org; the first pattern that matches counts, for all that match it. */
  readonly models: readonly ModelRates[]
  /** What is done of callers that run away. */
  readonly runaway: RunawayRules
  /** What is answered from the cache. */
  readonly cache: CacheRules
  readonly alerts: readonly AlertRule[]
  /** How many users whom nobody has named one team or project may have; so many more are refused. */
  readonly maxUnseenUsers: number
  readonly keys: readonly ConfigKey[]
  readonly auth: AuthRules
  readonly prices: PriceOverrides
  /** Files with lists of prices, in their order; absolute. */
  readonly priceFiles: readonly string[]
  /** Whether newer prices than this release brings are followed, and where they come from. */
  readonly priceUpdates: PriceUpdateRules | undefined
  readonly policies: readonly Policy[]
  readonly audit: readonly AuditSink[]
  readonly admin: {
    readonly listen: Listen
    /** Undefined: made and kept beside the database; never with a Redis store. */
    readonly token: string | undefined
    /** Further ones, each with what it may do. */
    readonly tokens: readonly AdminTokenRule[]
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
    | 'sealKeys'
    | 'teams'
    | 'tiers'
    | 'defaults'
    | 'maxUnseenUsers'
    | 'policies'
    | 'audit'
    | 'cache'
  > {
  readonly keys: readonly Omit<ConfigKey, 'secret'>[]
}

export interface Listen {
  readonly host: string
  readonly port: number
}

export interface PublicListen extends Listen {
  /** Undefined: HTTP in the clear. */
  readonly tls?: ListenTls | undefined
  /** Addresses and networks of proxies that are believed when they say whom they speak for. */
  readonly trustedProxies?: readonly string[]
}

/** A token of the admin listener that may do less than everything. */
export interface AdminTokenRule {
  readonly id: string
  readonly role: Role
  /** Which team a team lead's decides for. */
  readonly team: string | undefined
  /** SHA-256 of its text, base64url: the text itself is not kept. */
  readonly digest: string
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

export interface Route {
  /** The name that clients ask for, or a pattern over names. */
  readonly model: string
  readonly targets: readonly RouteTarget[]
  readonly rules: RouteRules
}

/** By what a route is ordered and left; as the kit reads it. */
export type RouteRules = Omit<RouteRule, 'targets'>
/** What is not stated is as the kit has it. */
export type Timeouts = KitTimeouts
export type RetryRules = Pick<RetryOptions, 'max' | 'withinMs' | 'share'>
export type BreakerRules = BreakerOptions

export interface RouteTarget {
  readonly provider: string
  readonly model: string
  /** How much it gets beside the others, where that is by weight. */
  readonly weight: number
}

/** Kinds of accounts that can have budgets before they are known. */
export type DefaultsFor = 'team' | 'project' | 'user' | 'key'

/** How fast models with such a name may be asked. */
export interface ModelRates {
  /** A pattern, `*` for any text. */
  readonly model: string
  readonly rates: Rates
}

/** Somebody who is told of budgets, runaways, unconfirmed charges and models without a price. */
export interface AlertRule {
  /** Percentages of a budget's limit. */
  readonly at: readonly number[]
  /** Where it is posted to; often a secret in itself. */
  readonly to: string
  readonly format: 'slack' | 'generic'
  /** What posts are signed with. */
  readonly secret: string | undefined
}

export interface RunawayRules {
  /** The same request, failing over and over. */
  readonly failures: Treatment
  /** The same request, answered over and over. */
  readonly repeats: Treatment
  /** Far above the caller's own history. */
  readonly spend: Treatment
  /** For how long it is shut out the first time, ms. */
  readonly coolDownMs: number
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
