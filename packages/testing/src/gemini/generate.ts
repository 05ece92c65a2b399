import type { Refusal } from '../behaviour.ts'
import { type Body, isRefusal, type Question } from '../dialect.ts'
import { blocksOf, placeFinder } from '../model/blocks.ts'
import { limitsOf } from '../model/limits.ts'
import { type Prompt, type Speech, speak } from '../model/speech.ts'
import type { Plan, StreamEvent, StreamPlan } from '../plan.ts'
import type { ProviderUsage } from '../prices.ts'
import type { Piece } from '../text.ts'
import { type Config, configOf } from './config.ts'
import { type Content, contentsIn } from './conversation.ts'
import { invalid, spokenError } from './errors.ts'
import { objectField, objectsField, unknownField } from './fields.ts'
import { inputTokens, partsText } from './input.ts'
import type { Named } from './model.ts'
import { partOf, signingOf } from './parts.ts'
import { choiceOf, toolsIn, wrongTools } from './tools.ts'
import { usageBody } from './usage.ts'

/** A candidate: what the client is told of it, and why it ends. */
interface Candidate extends Speech {
  readonly told: readonly Piece[]
}

/** `:generateContent` and `:streamGenerateContent`: https://ai.google.dev/api/generate-content */
export function generate(question: Question, { model, bill }: Named, streams: boolean): Plan | Refusal {
  const { body, behaviour, id } = question
  const asked = askedIn(question, model)
  if (isRefusal(asked)) return asked
  const prompt = promptOf(body, asked, model)
  const candidates = Array.from({ length: asked.config.choices }, (_, index): Candidate => {
    const speech = speak(prompt, behaviour, index)
    return { ...speech, told: speech.said.filter(({ thought }) => thought !== 'hidden') }
  })
  const chunkOf = (said: readonly object[], usage: ProviderUsage) => ({
    candidates: said,
    ...(behaviour.usage === 'never' ? {} : { usageMetadata: usageBody(usage) }),
    modelVersion: model,
    responseId: id,
  })
  return {
    bill,
    inputTokens: asked.inputTokens,
    cachedTokens: behaviour.cachedTokens ?? 0,
    choices: candidates.map(({ said }) => said),
    body: (usage) =>
      JSON.stringify(
        chunkOf(
          candidates.map((one, index) => wholeCandidate(one, index, { model, requestId: id })),
          usage,
        ),
      ),
    ...(streams ? { stream: generateStream(candidates, { model, requestId: id, chunkOf }) } : {}),
  }
}

interface AskedFor {
  readonly contents: readonly Content[]
  readonly config: Config
  readonly inputTokens: number
}

/** What is asked, and how long it is: the same for an answer and for a count. */
export function askedIn(question: Question, model: string): AskedFor | Refusal {
  const { body } = question
  const misused = unknownField(body) ?? wrongTools(body)
  if (misused) return misused
  const contents = contentsIn(body, model)
  if (isRefusal(contents)) return contents
  const config = configOf(body, model)
  if (isRefusal(config)) return config
  const tokens = question.countInput(() => inputTokens(body, contents))
  const { contextWindow } = limitsOf(model)
  if (tokens > contextWindow) {
    return invalid(
      `The input token count (${tokens}) exceeds the maximum number of tokens allowed (${contextWindow}).`,
    )
  }
  return { contents, config, inputTokens: tokens }
}

function promptOf(body: Body, { contents, config }: AskedFor, model: string): Prompt {
  const { cap, format, thinking } = config
  const last = contents.at(-1)!
  const system = objectsField(objectField(body, 'systemInstruction') ?? {}, 'parts')
  const isAnswered = last.parts.some((part) => objectField(part, 'functionResponse'))
  return {
    model,
    cap,
    body: {},
    said: [partsText(system), ...contents.map(({ parts }) => partsText(parts))].join('\n'),
    lastQuestion: last.role === 'user' && !isAnswered ? partsText(last.parts) : '',
    tools: toolsIn(body),
    choice: choiceOf(body),
    ...(format ? { format } : {}),
    ...(thinking ? { thinking } : {}),
  }
}

type Naming = Pick<Parameters<typeof signingOf>[1], 'model' | 'requestId'>

function wholeCandidate({ told, end }: Candidate, index: number, naming: Naming): object {
  const blocks = blocksOf(told)
  const signing = signingOf(blocks, naming)
  const parts = blocks.map((block) => partOf(block, signing)).filter((part) => part !== undefined)
  return candidateOf(index, parts, FINISH[end])
}

const FINISH: Readonly<Record<Speech['end'], string>> = { stop: 'STOP', length: 'MAX_TOKENS', calls: 'STOP' }

function candidateOf(index: number, parts: readonly object[], finishReason?: string): object {
  return { content: { parts, role: 'model' }, ...(finishReason ? { finishReason } : {}), index }
}

interface Telling extends Naming {
  readonly chunkOf: (said: readonly object[], usage: ProviderUsage) => object
}

/** Every event is an answer of its own, with what is new and the usage so far. A call comes whole; nothing marks the end. */
function generateStream(candidates: readonly Candidate[], { chunkOf, ...naming }: Telling): StreamPlan {
  const tellers = candidates.map(({ told }) => ({
    placeOf: placeFinder(told),
    signing: signingOf(blocksOf(told), naming),
  }))
  const event = (said: readonly object[], usage: ProviderUsage): StreamEvent => ({
    data: JSON.stringify(chunkOf(said, usage)),
  })
  return {
    head: () => [],
    chunk(choice, piece, usage) {
      const { placeOf, signing } = tellers[choice]!
      const place = piece.thought === 'hidden' ? undefined : placeOf(piece)
      if (!place) return []
      if (place.block.kind === 'call' && !place.last) return []
      const said = place.block.kind === 'call' ? place.block : { ...place.block, text: piece.text }
      const part = partOf(said, signing)
      return part ? [event([candidateOf(choice, [part])], usage)] : []
    },
    tail: (usage) =>
      candidates.map(({ end }, index) => event([candidateOf(index, [{ text: '' }], FINISH[end])], usage)),
    error: (refusal) => ({ data: spokenError(refusal).text }),
  }
}
