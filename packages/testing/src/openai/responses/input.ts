import type { Refusal } from '../../behaviour.ts'
import { countTokens } from '../../count.ts'
import { type Body, isObject } from '../../dialect.ts'
import { isSeal } from '../../model/seal.ts'
import { invalidRequest } from '../errors.ts'
import { contentText, contentTokens, TOKENS_PER_MESSAGE, TOKENS_TO_BEGIN } from '../input.ts'

/**
 * The items of a request, as OpenAI takes them: every output of a function belongs to a call before it, every call has its
 * output, and what a model has thought comes back as it was given.
 */
export function itemsIn({ input }: Body): readonly Body[] | Refusal {
  if (typeof input === 'string') return [{ role: 'user', content: input }]
  if (!Array.isArray(input) || !input.every(isObject)) {
    return invalidRequest("Invalid type for 'input': expected a string or an array of items.", 'input')
  }
  return unansweredCall(input) ?? unknownThought(input) ?? input
}

const CALLS: ReadonlySet<unknown> = new Set(['function_call', 'custom_tool_call'])
const OUTPUTS: ReadonlySet<unknown> = new Set(['function_call_output', 'custom_tool_call_output'])

function unansweredCall(items: readonly Body[]): Refusal | undefined {
  const open = new Set<unknown>()
  for (const { type, call_id: id } of items) {
    if (CALLS.has(type)) open.add(id)
    else if (OUTPUTS.has(type) && !open.delete(id)) {
      return invalidRequest(`No tool call found for function call output with call_id ${id}.`, 'input')
    }
  }
  const [first] = open
  return first === undefined
    ? undefined
    : invalidRequest(`No tool output found for function call ${first}.`, 'input')
}

function unknownThought(items: readonly Body[]): Refusal | undefined {
  const index = items.findIndex(
    ({ type, encrypted_content: sealed }) =>
      type === 'reasoning' && typeof sealed === 'string' && !isSeal(sealed),
  )
  if (index === -1) return undefined
  return invalidRequest(
    `The encrypted content for item ${items[index]!.id} could not be verified.`,
    `input[${index}].encrypted_content`,
    'invalid_encrypted_content',
  )
}

/** Input tokens of a request. */
export function inputTokens({ instructions, tools, text }: Body, items: readonly Body[]): number {
  let tokens = TOKENS_TO_BEGIN
  if (typeof instructions === 'string') tokens += TOKENS_PER_MESSAGE + countTokens(instructions)
  for (const item of items) tokens += TOKENS_PER_MESSAGE + itemTokens(item)
  if (Array.isArray(tools) && tools.length > 0) tokens += countTokens(JSON.stringify(tools))
  if (isObject(text) && isObject(text.format)) tokens += countTokens(JSON.stringify(text.format))
  return tokens
}

function itemTokens({
  role,
  name,
  arguments: args,
  input,
  output,
  content,
  encrypted_content: sealed,
}: Body): number {
  const words = [role, name, args, input, sealed].filter((word) => typeof word === 'string')
  const said = words.reduce((sum, word) => sum + countTokens(word), 0)
  return said + contentTokens(content) + contentTokens(output)
}

/** What an item says, for the model to take its answer from. */
export function itemText({ content, output }: Body): string {
  return `${contentText(content)}${contentText(output)}`
}
