import type { WriteTarget, WrittenRequest } from '../../format.ts'
import type { JsonObject } from '../../json.ts'
import type { Conversation, Turn } from '../../neutral/conversation.ts'
import type { Part, ToolResultPart } from '../../neutral/part.ts'
import { writeConfig } from './generation-config.ts'
import { isGemini3 } from './model-generation.ts'
import { writeParts } from './parts-writer.ts'
import { writeResult } from './tool-results.ts'
import { writeToolChoice, writeTools } from './tools.ts'

/** Say a conversation to Gemini. The model and the stream are said by the path. */
export function writeRequest(conversation: Conversation, target: WriteTarget): WrittenRequest {
  const { turns, tools = [], toolChoice, serviceTier } = conversation
  const model = target.model ?? conversation.model
  const instructions = turns.filter(isInstruction).flatMap(({ parts }) => writeParts(parts, { signs: false }))
  const declared = writeTools(tools)
  const config = writeConfig(conversation, model)
  return {
    body: {
      ...writeSaid(instructions, writeTurns(turns, isGemini3(model))),
      ...(declared.length > 0 ? { tools: declared } : {}),
      // Without functions there is nothing to choose, and Gemini refuses a choice.
      ...(declared.length > 0 && toolChoice ? { toolConfig: writeToolChoice(toolChoice) } : {}),
      ...(Object.keys(config).length > 0 ? { generationConfig: config } : {}),
      ...(serviceTier === 'flex' || serviceTier === 'priority' ? { serviceTier } : {}),
    },
    headers: {},
  }
}

/** There is always something to answer: instructions that stand alone are said by the user. */
function writeSaid(instructions: readonly JsonObject[], contents: readonly JsonObject[]): JsonObject {
  if (instructions.length === 0) return { contents }
  if (contents.length === 0) return { contents: [{ role: 'user', parts: instructions }] }
  return { systemInstruction: { parts: instructions }, contents }
}

/** Gemini has one place for instructions, wherever they are given. */
function isInstruction({ role }: Turn): boolean {
  return role === 'system' || role === 'developer'
}

function writeTurns(turns: readonly Turn[], gemini3: boolean): JsonObject[] {
  const names = new Map<string, string>()
  const contents: JsonObject[] = []
  let results: ToolResultPart[] = []
  // As many results as there were calls, in one content, right behind them: Gemini counts.
  const giveResults = () => {
    contents.push(...writeResults(results, names, gemini3))
    results = []
  }
  for (const turn of turns) {
    if (isInstruction(turn)) continue
    if (turn.role === 'tool') {
      results.push(...turn.parts.filter(isResult))
      continue
    }
    giveResults()
    for (const part of turn.parts) if (part.type === 'tool_call') names.set(part.id, part.name)
    const parts = writeParts(turn.parts, { signs: gemini3 })
    if (parts.length > 0) contents.push({ role: turn.role === 'assistant' ? 'model' : 'user', parts })
  }
  giveResults()
  return contents
}

function isResult(part: Part): part is ToolResultPart {
  return part.type === 'tool_result'
}

/** Gemini knows a result by the name of its function, which the result itself may not say. */
function writeResults(
  results: readonly ToolResultPart[],
  names: ReadonlyMap<string, string>,
  mediaInside: boolean,
): JsonObject[] {
  const written = results.map((result) => {
    const name = result.name ?? names.get(result.callId) ?? result.callId
    return writeResult(result, { name, mediaInside })
  })
  const parts = [...written.map(({ part }) => part), ...written.flatMap(({ beside }) => beside)]
  return parts.length > 0 ? [{ role: 'user', parts }] : []
}
