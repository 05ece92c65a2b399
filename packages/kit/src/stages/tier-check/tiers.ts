import type { Granted } from '../../access/grant-view.ts'
import type { TollgateError } from '../../core/errors.ts'
import type { Principal } from '../../directory/principal.ts'
import type { RequestCaps } from '../../directory/records.ts'
import type { Passage } from '../../wire/passage/passages.ts'

/** Who asks: by which tier, and with what besides. */
export interface Asker {
  readonly principal: Principal
  /** Its name; empty where the caller has none. */
  readonly tier: string
  readonly granted?: Granted | undefined
}

/** What a caller asks for, as far as a tier has a say in it. */
export interface Wish {
  readonly path: string
  /** Where it is passed through to, when it is no call of a model. */
  readonly passage?: Passage | undefined
  readonly model: string | undefined
  /** Whether a call shows pictures to its model. */
  readonly pictures?: boolean | undefined
}

export type TierRefusal = TollgateError<'model_not_allowed'> | TollgateError<'endpoint_not_allowed'>

/** By what a caller is let in, or why it is not. */
export type Verdict = Admitted | { readonly refusal: TierRefusal }

export interface Admitted {
  readonly refusal?: undefined
  /** The tier that lets it in: its own, or one that it was granted; empty where none are declared. */
  readonly tier: string
  readonly caps: RequestCaps
}

/** Whether a caller may have what it asks for: by its tier, what it was granted besides, and all that its key may do. */
export type TierGate = (asker: Asker, wish: Wish) => Verdict

/** A tier that has been read. */
export interface Gate {
  readonly name: string
  readonly approval: string
  readonly caps: RequestCaps
  model(name: string): boolean
  endpoint(name: string): boolean
}
