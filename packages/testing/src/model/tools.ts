import { countTokens, piecesOf } from '../count.ts'
import type { Piece } from '../text.ts'
import { sampleOf } from './schema.ts'

/** A function that the model may call. */
export interface Tool {
  readonly name: string
  /** JSON Schema of its arguments. */
  readonly parameters?: unknown
}

/** Which tools it may or must call, whatever the dialect calls that. */
export interface ToolChoice {
  readonly mode: 'auto' | 'none' | 'required'
  /** Only these. */
  readonly names?: readonly string[]
  /** No more than one at a time. */
  readonly single?: boolean
}

export interface ToolsOffered {
  readonly tools: readonly Tool[]
  readonly choice: ToolChoice
  /** What the user said last; empty when the last word is not the user's: after a tool's result the model speaks. */
  readonly lastQuestion: string
}

/**
 * The tools that the model decides to call, as generated text: all that a choice names with force, the first where it is
 * only forced to call one, else every one whose name the last question contains. Arguments are a sample of the schema.
 */
export function toolCalls(offered: ToolsOffered): Piece[] {
  return chosenTools(offered).flatMap(({ name, parameters }, index) => [
    { text: name, tokens: countTokens(name), tool: { index, opens: name } },
    ...piecesOf(JSON.stringify(sampleOf(parameters ?? { type: 'object' }))).map((piece) => ({
      ...piece,
      tool: { index },
    })),
  ])
}

function chosenTools({ tools, choice, lastQuestion }: ToolsOffered): readonly Tool[] {
  const { mode, names, single = false } = choice
  const allowed = names ? tools.filter(({ name }) => names.includes(name)) : tools
  if (mode === 'none') return []
  if (mode === 'required' && names?.length === 1) return allowed
  const asked = allowed.filter(({ name }) => lastQuestion.includes(name))
  const chosen = asked.length === 0 && mode === 'required' ? allowed.slice(0, 1) : asked
  return single ? chosen.slice(0, 1) : chosen
}
