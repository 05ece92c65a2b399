import type { Refusal } from '../behaviour.ts'
import { type Body, isObject } from '../dialect.ts'

/** A message with its blocks. */
export interface Message {
  readonly role: 'user' | 'assistant'
  readonly blocks: readonly Body[]
}

const refused = (message: string): Refusal => ({ status: 400, message })

/**
 * The messages of a request as Converse takes them: sides alternate, the user begins and ends, no text is blank, and results
 * stand behind their calls: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html
 */
export function messagesIn({ messages, toolConfig }: Body): readonly Message[] | Refusal {
  if (!Array.isArray(messages) || messages.length === 0) return refused('messages: at least one is required')
  const read: Message[] = []
  for (const said of messages) {
    if (!isObject(said) || !Array.isArray(said.content) || said.content.length === 0) {
      return refused('The content field in the Message object is empty.')
    }
    const { role } = said
    if (role !== 'user' && role !== 'assistant') return refused(`Invalid role: ${role}`)
    if (role === (read.at(-1)?.role ?? 'assistant'))
      return refused('Roles must alternate, and the user begins.')
    const blocks = said.content.filter(isObject)
    if (blocks.some(({ text }) => typeof text === 'string' && text.trim() === '')) {
      return refused('The text field in the ContentBlock object is blank.')
    }
    const wrong = wrongTools(blocks, read.at(-1), toolConfig !== undefined)
    if (wrong) return wrong
    read.push({ role, blocks })
  }
  return read.at(-1)?.role === 'user' ? read : refused('A conversation must end with a user message.')
}

const ID = /^[A-Za-z0-9_-]{1,64}$/

function wrongTools(
  blocks: readonly Body[],
  before: Message | undefined,
  configured: boolean,
): Refusal | undefined {
  const results = blocks.flatMap(({ toolResult }) => (isObject(toolResult) ? [toolResult] : []))
  const calls = blocks.flatMap(({ toolUse }) => (isObject(toolUse) ? [toolUse] : []))
  const ids = [...results, ...calls].map(({ toolUseId }) => String(toolUseId))
  if (ids.length > 0 && !configured) {
    return refused('The toolConfig field must be defined when using toolUse and toolResult content blocks.')
  }
  if (!ids.every((id) => ID.test(id))) return refused('toolUseId does not match [a-zA-Z0-9_-]{1,64}')
  const asked = (before?.blocks ?? []).flatMap(({ toolUse }) =>
    isObject(toolUse) ? [toolUse.toolUseId] : [],
  )
  const answered = results.map(({ toolUseId }) => toolUseId)
  const match = asked.length === answered.length && asked.every((id) => answered.includes(id))
  return match
    ? undefined
    : refused('toolResult blocks do not match the toolUse blocks of the previous turn.')
}
