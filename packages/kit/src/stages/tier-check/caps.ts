import { TollgateError } from '../../core/errors.ts'
import type { RequestCaps } from '../../directory/records.ts'
import type { Tokenizer } from '../../meter/tokenizer.ts'
import type { ReceivedCall } from '../../wire/received-call.ts'

/**
 * Why a call is larger than its caller's may be; undefined when it is not. Two things are held by whoever reserves, who
 * knows a price: a call without a cap on its output is given one, and what the call may cost is bounded.
 */
export async function overCaps(
  call: ReceivedCall,
  { maxInputTokens, maxOutputTokens }: RequestCaps,
  tokenizer: Tokenizer,
): Promise<TollgateError<'cap_exceeded'> | undefined> {
  if (maxOutputTokens !== undefined && (call.maxOutputTokens ?? 0) > maxOutputTokens) {
    return new TollgateError('cap_exceeded', {
      ...paramOf(call),
      message: `An answer of yours may have at most ${maxOutputTokens} tokens, and this request asks for ${call.maxOutputTokens}. Lower its cap on output tokens.`,
    })
  }
  return maxInputTokens === undefined ? undefined : overInput(call, maxInputTokens, tokenizer)
}

/** A token is at least a byte: what has few enough bytes needs no counting. */
async function overInput(
  call: ReceivedCall,
  most: number,
  tokenizer: Tokenizer,
): Promise<TollgateError<'cap_exceeded'> | undefined> {
  if (call.unboundedInput) {
    return new TollgateError('cap_exceeded', {
      message: `A request of yours may have at most ${most} input tokens, and how many the images, files or audio in this one are is not known. Send text only.`,
    })
  }
  if (call.inputBytes <= most) return undefined
  const { format, body, model } = call
  const tokens = (await tokenizer.count(format.inputTexts(body), model)) + (format.inputTokenIds?.(body) ?? 0)
  if (tokens <= most) return undefined
  return new TollgateError('cap_exceeded', {
    message: `A request of yours may have at most ${most} input tokens, and this one has ${tokens}. Send less.`,
  })
}

const CAP_FIELDS = ['max_completion_tokens', 'max_tokens', 'max_output_tokens']

/** The cap in the client's own spelling. */
function paramOf({ dialect, body }: ReceivedCall): { readonly param?: string } {
  if (dialect === 'gemini') return { param: 'generationConfig.maxOutputTokens' }
  const param = CAP_FIELDS.find((field) => body[field] !== undefined && body[field] !== null)
  return param === undefined ? {} : { param }
}
