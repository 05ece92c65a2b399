export { type AddressSet, addressSet, isNetwork } from './address-set.ts'
export { type BodyKind, DEFAULT_MAX_BODY_BYTES, readBody, replaceBody } from './body.ts'
export { type Clock, systemClock } from './clock.ts'
export { compose, type ForeignHandler } from './compose.ts'
export { type Context, type EnteredStage, type Outcome, peekContext, type Settle } from './context.ts'
export { decodeStream } from './decode.ts'
export type { ClientDialect } from './dialect.ts'
export {
  type AnyTollgateError,
  ERRORS,
  type ErrorCode,
  misassembled,
  TollgateError,
  type TollgateErrorOptions,
} from './errors.ts'
export { tollgateErrors } from './foreign-errors.ts'
export { requestId, uuidv7 } from './ids.ts'
export type { JsonObject } from './json-object.ts'
export {
  MAX_AMOUNT,
  MAX_LIMIT,
  NANO_PER_USD,
  type NanoUsd,
  nanoToUsd,
  nanoUsd,
  showUsd,
  usdToNano,
} from './money.ts'
export { assertOrder, stageMeta } from './order.ts'
export { refuse } from './refuse.ts'
export { type Slot, slot } from './slot.ts'
export {
  defineStage,
  type Middleware,
  type Next,
  type Stage,
  type StageMeta,
  type StageSpec,
} from './stage.ts'
export { cutShort, type Observer, observe, type Transformer, transform } from './tap.ts'
export { machineTimers, type Timers } from './timers.ts'
