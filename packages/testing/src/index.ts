export {
  type Behaviour,
  type Cut,
  contextLengthExceeded,
  dieAfter,
  type Ending,
  errorAfter,
  overloaded,
  type Refusal,
  rateLimited,
  resetBeforeHead,
  type SseForm,
  serverError,
  truncateAfter,
} from './behaviour.ts'
export { type FixedClock, fixedClock } from './clock.ts'
export { countTokens } from './count.ts'
export type { CountInput } from './count-input.ts'
export type { Dialect } from './dialect.ts'
export { type Gate, gate } from './gate.ts'
export type { AwsKeys } from './hosts/aws-signature.ts'
export type { House } from './house.ts'
export { TEST_MASTER_KEY, type TestKey, type TestKeyOptions, testDirectory, testKey } from './key.ts'
export { memoryLedger, type Spend, spend } from './ledger.ts'
export type { ProviderOutcome, ProviderRequest, ProviderTotals } from './log.ts'
export { HOUSES } from './openai/house.ts'
export { EXAMPLE_PRICES, type ModelPrice, type ProviderUsage } from './prices.ts'
export {
  type SimulatedProvider,
  type SimulatedProviderOptions,
  simulatedProvider,
} from './simulated-provider.ts'
