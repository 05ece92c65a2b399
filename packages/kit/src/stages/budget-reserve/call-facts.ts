import { nanoUsd, usdToNano } from '../../core/money.ts'
import type { Amounts } from '../../ledger/ledger.ts'
import type { Call } from '../../wire/call.ts'

/** What a route's owner knows of the provider call that its handler will make. */
export interface CallFacts {
  readonly model: string
  /** An upper bound of the input, in tokens. */
  readonly inputTokens: number
  /** The cap on output that the handler will give, in tokens; the model's maximum when absent. */
  readonly maxOutputTokens?: number
}

/** The facts as a call to be priced. @throws RangeError when they are no counts: a wrong bound would be no bound. */
export function callOfFacts({ model, inputTokens, maxOutputTokens }: CallFacts): Call {
  for (const tokens of [inputTokens, maxOutputTokens ?? 0]) {
    if (!Number.isSafeInteger(tokens) || tokens < 0)
      throw new RangeError(`budgetReserve's \`call\` gave ${tokens}, which is no count of tokens`)
  }
  return {
    dialect: 'openai',
    endpoint: 'chat',
    model,
    stream: false,
    wantsUsage: false,
    ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
    choices: 1,
    inputBytes: inputTokens,
    unboundedInput: false,
    audioInput: false,
    audioOutput: false,
    unpriced: [],
    structured: false,
  }
}

/** A route's cost as its owner bounds it, in USD. */
export function upToAmounts(usd: string): Amounts {
  return { usd: nanoUsd(usdToNano(usd)), tokens: 0, requests: 1 }
}
