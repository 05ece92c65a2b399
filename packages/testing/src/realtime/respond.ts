import type { Behaviour } from '../behaviour.ts'
import type { Body } from '../dialect.ts'
import { isObject } from '../dialect.ts'
import type { Entry } from '../log.ts'
import { naturalLength } from '../model/length.ts'
import { type Patience, pace } from '../patience.ts'
import { answerOf, type Piece, seedOf } from '../text.ts'
import type { ItemSize } from './conversation.ts'

/** One response on its way. */
export interface Responding {
  readonly id: string
  readonly params: Body
  readonly entry: Entry
  readonly behaviour: Behaviour
  readonly patience: Patience
  /** What it reads. */
  readonly input: ItemSize
  /** The most that it may be, tokens. */
  readonly cap: number
  readonly speaks: boolean
  send(event: Body): void
  changed(): void
  /** Break the connection off. */
  die(): void
}

/** What a step of the model is worth, and how it is sent. */
interface Step {
  readonly text: number
  readonly audio: number
  readonly events: readonly Body[]
}

/** 50 ms of sound for each token: https://developers.openai.com/api/docs/guides/realtime-costs */
const PCM_BYTES_PER_OUTPUT_TOKEN = 2_400
const AUDIO_TOKENS_PER_WORD = 2

/** Generate a response, and tell its end. Resolves to what it adds to the conversation; undefined when nobody hears it. */
export async function respond(responding: Responding): Promise<ItemSize | undefined> {
  const { id, params, entry, behaviour, patience, send, speaks, cap } = responding
  const { pause, chunkIntervalMs = 0, ending } = behaviour
  countInput(responding)
  send({ type: 'response.created', response: shown(responding, 'in_progress') })
  if (behaviour.hold) await patience.forGate(behaviour.hold)
  if (behaviour.latencyMs) await patience.forMs(behaviour.latencyMs)
  const item = `item_${id}`
  send({
    type: 'response.output_item.added',
    response_id: id,
    output_index: 0,
    item: { id: item, type: 'message', role: 'assistant', content: [] },
  })

  const beat = pace(chunkIntervalMs, patience)
  const words = answerOf(naturalLength(params, behaviour), { seed: seedOf(JSON.stringify(params)) })
  const said = { text: 0, audio: 0 }
  let status = 'completed'
  for (const [index, word] of words.entries()) {
    const step = stepOf(word, speaks, { response_id: id, item_id: item, output_index: 0, content_index: 0 })
    if (said.text + said.audio + step.text + step.audio > cap) {
      status = 'incomplete'
      break
    }
    if (ending && ending.how !== 'reset' && index >= ending.afterChunks) {
      if (ending.how === 'die') {
        responding.die()
        return undefined
      }
      status = 'failed'
      break
    }
    if (pause && index === pause.afterChunks) await patience.forGate(pause.until)
    const due = beat.next()
    if (due) await due
    if (patience.gone) {
      status = 'cancelled'
      break
    }
    said.text += step.text
    said.audio += step.audio
    entry.usage.output += step.text
    if (step.audio > 0) entry.usage.audioOutput = (entry.usage.audioOutput ?? 0) + step.audio
    entry.chunksSent += 1
    for (const event of step.events) send(event)
    responding.changed()
  }
  send({
    type: 'response.output_item.done',
    response_id: id,
    output_index: 0,
    item: { id: item, type: 'message', role: 'assistant', content: [] },
  })
  send({ type: 'response.done', response: { ...shown(responding, status), usage: told(responding) } })
  return said
}

function stepOf({ text, tokens }: Piece, speaks: boolean, place: Body): Step {
  if (!speaks) {
    return { text: tokens, audio: 0, events: [{ type: 'response.output_text.delta', ...place, delta: text }] }
  }
  const sound = Buffer.alloc(AUDIO_TOKENS_PER_WORD * PCM_BYTES_PER_OUTPUT_TOKEN, 1).toString('base64')
  const events = [
    { type: 'response.output_audio_transcript.delta', ...place, delta: text },
    { type: 'response.output_audio.delta', ...place, delta: sound },
  ]
  return { text: tokens, audio: AUDIO_TOKENS_PER_WORD, events }
}

/** What is billed from the beginning: all that is read, of which some is in the cache, its text first. */
function countInput({ entry, input, behaviour }: Responding): void {
  const { usage } = entry
  const cachedText = Math.min(behaviour.cachedTokens ?? 0, input.text)
  const cachedAudio = Math.min((behaviour.cachedTokens ?? 0) - cachedText, input.audio)
  usage.input = input.text - cachedText
  usage.cachedInput = cachedText
  if (input.audio > cachedAudio) usage.audioInput = input.audio - cachedAudio
  if (cachedAudio > 0) usage.cachedAudioInput = cachedAudio
}

/** Usage in OpenAI's words: https://platform.openai.com/docs/api-reference/realtime-server-events/response/done */
function told({ entry, input, behaviour }: Responding): Body | null {
  if (behaviour.usage === 'never') return null
  const { output, audioOutput = 0, cachedInput, cachedAudioInput = 0 } = entry.usage
  const inputTokens = input.text + input.audio
  return {
    total_tokens: inputTokens + output + audioOutput,
    input_tokens: inputTokens,
    output_tokens: output + audioOutput,
    input_token_details: {
      text_tokens: input.text,
      audio_tokens: input.audio,
      image_tokens: 0,
      cached_tokens: cachedInput + cachedAudioInput,
      cached_tokens_details: { text_tokens: cachedInput, audio_tokens: cachedAudioInput, image_tokens: 0 },
    },
    output_token_details: { text_tokens: output, audio_tokens: audioOutput },
  }
}

function shown({ id, params, cap, speaks }: Responding, status: string): Body {
  const metadata = isObject(params.metadata) ? params.metadata : null
  return {
    object: 'realtime.response',
    id,
    status,
    output: [],
    output_modalities: [speaks ? 'audio' : 'text'],
    max_output_tokens: Number.isFinite(cap) ? cap : 'inf',
    conversation_id: params.conversation === 'none' ? null : 'conv_simulated',
    metadata,
    usage: null,
  }
}
