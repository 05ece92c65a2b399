import { countTokens, piecesOf } from '../count.ts'
import type { Piece } from '../text.ts'
import { contentText } from './input.ts'
import { type Body, isObject } from './question.ts'
import { sampleOf } from './schema.ts'

interface FunctionTool {
  readonly name: string
  readonly parameters?: unknown
}

/**
 * The tools that the model decides to call, as generated text: the one that `tool_choice` names, the first where it only
 * says `required`, else every one whose name the last message of the user contains. Arguments are a sample of the schema.
 */
export function toolCalls(body: Body): Piece[] {
  return chosenTools(body).flatMap(({ name, parameters }, index) => [
    { text: name, tokens: countTokens(name), tool: { index, opens: name } },
    ...piecesOf(JSON.stringify(sampleOf(parameters ?? { type: 'object' }))).map((piece) => ({
      ...piece,
      tool: { index },
    })),
  ])
}

function chosenTools({
  tools,
  tool_choice: choice,
  messages,
  parallel_tool_calls: parallel,
}: Body): FunctionTool[] {
  const offered = functionsIn(tools)
  if (offered.length === 0 || choice === 'none') return []
  const named = ((choice as Body | null | undefined)?.function as Body | undefined)?.name
  if (named !== undefined) return offered.filter(({ name }) => name === named)
  const asked = offered.filter(({ name }) => lastQuestion(messages as Body[]).includes(name))
  const chosen = asked.length === 0 && choice === 'required' ? offered.slice(0, 1) : asked
  return parallel === false ? chosen.slice(0, 1) : chosen
}

function functionsIn(tools: unknown): FunctionTool[] {
  if (!Array.isArray(tools)) return []
  return tools.map((tool: unknown) => (isObject(tool) ? tool.function : undefined)).filter(isFunctionTool)
}

function isFunctionTool(tool: unknown): tool is FunctionTool {
  return isObject(tool) && typeof tool.name === 'string'
}

/** Empty when the last word is not the user's: after a tool's result the model speaks. */
function lastQuestion(messages: readonly Body[]): string {
  const last = messages.at(-1)
  return last?.role === 'user' ? contentText(last.content) : ''
}
