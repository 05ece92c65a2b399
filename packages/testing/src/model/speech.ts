import type { Behaviour } from '../behaviour.ts'
import { piecesOf } from '../count.ts'
import type { Body } from '../dialect.ts'
import { answerOf, capped, type Piece, seedOf, textOf, thoughts } from '../text.ts'
import { naturalLength } from './length.ts'
import { sampleOf } from './schema.ts'
import { type ToolsOffered, toolCalls } from './tools.ts'

/** A request as the model sees it, whichever dialect it came in. */
export interface Prompt extends ToolsOffered {
  readonly model: string
  /** All that has been said: the same words get the same answer. */
  readonly said: string
  /** The form that the answer has to have: any JSON, or what a schema describes. */
  readonly format?: { readonly schema?: unknown }
  /** Thinks where the behaviour does not say how long; shown in part where the client asked for that. */
  readonly thinking?: { readonly shown: boolean }
  /** The most tokens that it may generate, thoughts included. */
  readonly cap: number
  /** The request itself, which may say how long an answer it wants. */
  readonly body: Body
}

/** What the model generates of one answer. */
export interface Speech {
  readonly said: readonly Piece[]
  /** Why it ends there. */
  readonly end: 'stop' | 'length' | 'calls'
}

/** How long a model thinks that was asked to, tokens. */
const USUAL_THOUGHTS = 16

/** The answer of the model; of several answers to one prompt, each has its own words. */
export function speak(prompt: Prompt, behaviour: Behaviour, choice = 0): Speech {
  const { cap, thinking } = prompt
  const thought = Math.min(behaviour.reasoningTokens ?? (thinking ? USUAL_THOUGHTS : 0), cap)
  const calls = behaviour.text === undefined ? toolCalls(prompt) : []
  const spoken = calls.length > 0 ? calls : answer(prompt, behaviour, choice)
  const all = thought > 0 ? [...thoughts(thought, thinking?.shown === true), ...spoken] : spoken
  const { said, cut } = capped(all, cap)
  return { said, end: cut ? 'length' : calls.length > 0 ? 'calls' : 'stop' }
}

function answer(prompt: Prompt, behaviour: Behaviour, choice: number): readonly Piece[] {
  if (behaviour.text !== undefined) return piecesOf(behaviour.text)
  const { model, said, format, cap, body } = prompt
  const seed = seedOf(`${model}\n${choice}\n${said}`)
  // One token past the cap is enough to know that it cuts.
  const tokens = Math.min(naturalLength(body, behaviour), cap + 1)
  const words = answerOf(tokens, { seed, multibyte: behaviour.multibyte === true })
  if (!format) return words
  const value = format.schema === undefined ? { answer: textOf(words) } : sampleOf(format.schema)
  return piecesOf(JSON.stringify(value))
}
