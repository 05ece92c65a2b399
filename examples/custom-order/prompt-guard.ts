import { defineStage, principal, slot, TollgateError } from '@tollgate/kit'
import type { Outcome, Stage } from '@tollgate/kit/core'
import { receiveCall } from '@tollgate/kit/wire'

/** How long the prompt of this request is, in characters: for whoever comes after, `promptLength.get(req)`. */
export const promptLength = slot<number>()('promptLength', 'prompt-guard')

export interface PromptGuardOptions {
  /** The longest prompt that a team may send, in characters. */
  readonly maxCharacters: number
  /** Teams that may send any. */
  readonly exempt?: readonly string[]
  /** Told of each prompt when its request has ended, however it did. */
  readonly log?: (line: string) => void
}

/**
 * A stage of our own, made as Tollgate's are: it has a name, needs to know who is calling, gives the length of the
 * prompt, and sees how each request ended.
 *
 * Refuses with `request_too_large` (413).
 */
export const promptGuard = ({
  maxCharacters,
  exempt = [],
  log = () => {},
}: PromptGuardOptions): Stage<'principal', 'promptLength', 'prompt-guard'> =>
  defineStage({
    name: 'prompt-guard',
    needs: [principal],
    gives: [promptLength],
    handle: async function promptGuard(req) {
      const call = await receiveCall(req)
      const length = charactersIn(call?.body.messages)
      promptLength.set(req, length)
      const { team = '' } = principal.get(req)
      if (length <= maxCharacters || exempt.includes(team)) return
      throw new TollgateError('request_too_large', {
        param: 'messages',
        message: `This prompt has ${length} characters, and ${maxCharacters} are the most for ${team}. Shorten it.`,
      })
    },
    settle(req, _res, { status }: Outcome) {
      log(`prompt of ${promptLength.peek(req) ?? 0} characters: ${status}`)
    },
  })

/** Text as it is; a list of parts (images, say) by its JSON. */
function charactersIn(messages: unknown): number {
  if (!Array.isArray(messages)) return 0
  return messages
    .map(({ content }) => (typeof content === 'string' ? content : JSON.stringify(content ?? '')))
    .reduce((sum, text) => sum + text.length, 0)
}
