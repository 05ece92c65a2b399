import type { AnswerRules } from '../answer-reader.ts'
import { isObject, type JsonObject } from '../json.ts'
import type { StreamRules } from '../stream-reader.ts'
import { readUsage } from './usage.ts'

/** How answers are read as they pass: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html */
export const CONVERSE_ANSWER: AnswerRules = {
  usageField: 'usage',
  // It does not say which model has answered: the one that was asked has.
  modelField: 'model',
  usage: readUsage,
  texts(body) {
    const output = isObject(body) ? body.output : undefined
    const message = isObject(output) ? output.message : undefined
    const content = isObject(message) ? message.content : undefined
    return Array.isArray(content) ? content.filter(isObject).flatMap(generatedTexts) : []
  },
}

/** How streams are read as they pass. The last event is `metadata`, behind the one that says why the answer ended. */
export const CONVERSE_STREAM: StreamRules = {
  usageMarks: ['"inputTokens"'],
  finishMarks: ['"stopReason"'],
  usage: ({ usage }) => readUsage(usage),
  model: () => undefined,
  generated: ({ contentBlockIndex, delta, start }) => {
    const said = isObject(delta) ? delta : isObject(start) ? start : undefined
    return said ? [[contentBlockIndex, generatedTexts(said)]] : []
  },
}

/** What the model itself has written of a block or a delta. */
function generatedTexts({ text, toolUse, reasoningContent }: JsonObject): string[] {
  const thought = isObject(reasoningContent) ? reasoningContent : {}
  const thoughts = isObject(thought.reasoningText) ? thought.reasoningText.text : thought.text
  const { name, input } = isObject(toolUse) ? toolUse : {}
  const written = isObject(input) ? JSON.stringify(input) : input
  return [text, thoughts, name, written].filter((one) => typeof one === 'string')
}
