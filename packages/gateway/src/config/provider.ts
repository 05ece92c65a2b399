import type { Budget } from '@tollgate/kit/ledger'
import type { UnitMeterOptions } from '@tollgate/kit/meter'
import type { Dialect, LoadLimits } from '@tollgate/kit/wire'
import type { Host } from './host.ts'

export interface Provider extends Metered {
  readonly name: string
  readonly dialect: Dialect
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly apiKey: string | undefined
  /** Several in its place. */
  readonly apiKeys: readonly string[] | undefined
  /** Its key is kept beside the books, sealed, and read when the gateway starts. */
  readonly sealed?: boolean
  /** How much at once each of its models is asked to do; undefined: as much as comes. */
  readonly load: LoadLimits | undefined
  /** What may be spent there in all, whoever calls. */
  readonly budgets: readonly Budget[]
  /** The variable that the key came from, for people to read. */
  readonly apiKeyFrom: string | undefined
  /** `none`: what it serves costs nothing. */
  readonly billing: 'metered' | 'none'
  /** What it takes off its list prices, in percent as decimal text. */
  readonly discount?: string
  /** Who may go on with what it stores: nobody, whoever made it, or every caller. */
  readonly conversations: 'refuse' | 'owned' | 'shared'
  /** Where callers may have it read and write in the operator's own cloud; nowhere when absent. */
  readonly buckets?: readonly string[]
  /** Which of the providers that the kit knows it is; undefined for any other. */
  readonly preset: string | undefined
  /** What whoever hosts its models has to be told besides. */
  readonly host: Host | undefined
  /** The models behind names of one's own: Azure's deployments, Bedrock's inference profiles. */
  readonly models: Readonly<Record<string, string>>
}

/** What is paid for whatever a provider is asked besides calls of models. */
export interface Metered {
  readonly meter: Meter | undefined
  /** By path, after a method where only that is meant; a star stands for a segment, or for all below. */
  readonly meters: Readonly<Record<string, Meter>>
}

/** As the kit reads it; decimals are kept as text. */
export type Meter = UnitMeterOptions

export interface HttpProvider extends Metered {
  readonly name: string
  /** Without a slash at its end. */
  readonly baseUrl: string
  readonly auth: { readonly header: string; readonly value: string } | undefined
  /** The value of its header is kept beside the books, sealed, and read when the gateway starts. */
  readonly sealed?: boolean
  /** The variable that the credential came from, for people to read. */
  readonly authFrom: string | undefined
  readonly billing: 'metered' | 'none'
  /** What may be spent there in all, whoever calls. */
  readonly budgets: readonly Budget[]
}

export interface DisabledProvider {
  readonly name: string
  readonly because: string
}
