import type { Answer } from '../../../wire/neutral/answer.ts'

/** What an answer says, where that is text and nothing else, in one choice. */
export function answerText({ choices }: Answer): string | undefined {
  if (choices.length > 1) return undefined
  const [{ parts }] = choices
  const said = parts.filter(({ type }) => type !== 'reasoning')
  const texts = said.flatMap((part) => (part.type === 'text' ? [part.text] : []))
  return texts.length === said.length && texts.length > 0 ? texts.join('') : undefined
}
