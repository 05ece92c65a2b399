import type { Ending, Refusal } from './behaviour.ts'
import type { Exchange } from './exchange.ts'
import { pace } from './patience.ts'
import type { Plan, StreamEvent, StreamPlan } from './plan.ts'
import { outlet, spellEvent } from './sse.ts'
import type { Piece } from './text.ts'

/** How far the model came. */
type Generated = 'all' | 'ended' | 'gone'

/** Reset the connection instead of answering. The model never ran: nothing is billed. */
export async function reset(exchange: Exchange): Promise<void> {
  await beforeHead(exchange)
  exchange.end('died')
  exchange.req.socket.resetAndDestroy()
}

/** Answer with an error. */
export async function refuse(exchange: Exchange, refusal: Refusal): Promise<void> {
  await beforeHead(exchange)
  if (exchange.patience.gone) return
  const { res, entry, headers, error, end } = exchange
  const { status, text } = error(refusal)
  const body = Buffer.from(text)
  entry.status = status
  end('refused')
  res.writeHead(status, {
    ...headers(),
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    ...refusal.headers,
  })
  res.end(body)
}

/** Carry out a plan: generate, send and count, as far as the behaviour and the client allow. */
export async function perform(exchange: Exchange, plan: Plan): Promise<void> {
  const { entry } = exchange
  entry.bill = plan.bill
  countInput(entry.usage, plan)
  Object.assign(entry.usage, plan.besides)
  entry.texts = plan.choices.map(() => '')
  exchange.changed()
  await beforeHead(exchange)
  if (exchange.patience.gone) return
  entry.status = 200
  if (plan.raw) await performRaw(exchange, plan)
  else if (plan.stream) await performStream(exchange, plan, plan.stream)
  else await performWhole(exchange, plan)
}

/** Each token of the input once: read from the cache, written to it, or neither. */
function countInput(
  usage: Exchange['entry']['usage'],
  { inputTokens, cachedTokens, cacheWrite }: Plan,
): void {
  usage.cachedInput = Math.min(cachedTokens, inputTokens)
  const written = Math.min(cacheWrite?.tokens ?? 0, inputTokens - usage.cachedInput)
  if (cacheWrite && written > 0) usage[cacheWrite.hour ? 'cacheWrite1h' : 'cacheWrite'] = written
  usage.input = inputTokens - usage.cachedInput - written
}

/** What comes before the head of an answer, whatever the answer is. */
async function beforeHead({ behaviour, patience }: Exchange): Promise<void> {
  if (behaviour.hold) await patience.forGate(behaviour.hold)
  if (behaviour.latencyMs) await patience.forMs(behaviour.latencyMs)
}

/** Generate piece by piece, the choices in turn. Nothing here waits for the client to read: a model does not either. */
async function generate(
  { entry, behaviour, patience, changed }: Exchange,
  choices: Plan['choices'],
  say?: (choice: number, piece: Piece) => void,
): Promise<Generated> {
  const { pause, chunkIntervalMs = 0 } = behaviour
  const { usage, texts } = entry
  const endAfter = say ? chunksBeforeEnd(behaviour.ending) : Number.POSITIVE_INFINITY
  const beat = pace(chunkIntervalMs, patience)
  const longest = Math.max(0, ...choices.map((pieces) => pieces.length))
  let chunks = 0
  let paused = false
  for (let position = 0; position < longest; position += 1) {
    for (let choice = 0; choice < choices.length; choice += 1) {
      const piece = choices[choice]![position]
      if (!piece) continue
      if (chunks >= endAfter) return 'ended'
      if (pause && chunks === pause.afterChunks && !paused) {
        paused = true
        await patience.forGate(pause.until)
      }
      const due = beat.next()
      if (due) await due
      if (patience.gone) return 'gone'
      const kind = piece.made?.as ?? 'output'
      usage[kind] = (usage[kind] ?? 0) + piece.tokens
      if (piece.thought) usage.reasoning += piece.tokens
      else texts[choice] += piece.text
      if (piece.thought !== 'hidden') chunks += 1
      say?.(choice, piece)
      changed()
    }
  }
  return 'all'
}

function chunksBeforeEnd(ending: Ending | undefined): number {
  return ending && ending.how !== 'reset' ? ending.afterChunks : Number.POSITIVE_INFINITY
}

async function performStream(exchange: Exchange, plan: Plan, stream: StreamPlan): Promise<void> {
  const { res, entry, behaviour } = exchange
  const { sse = {}, ending, gzip } = behaviour
  const out = outlet(res, behaviour)
  const { framing } = exchange.speaker
  const send = (event: StreamEvent) => out.write(framing ? framing.frame(event) : spellEvent(event, sse))

  entry.streamed = true
  res.writeHead(200, {
    ...exchange.headers(),
    'content-type': framing?.contentType ?? 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
  })
  res.flushHeaders()
  for (const event of stream.head(entry.usage)) send(event)

  const generated = await generate(exchange, plan.choices, (choice, piece) => {
    for (const event of stream.chunk(choice, piece, entry.usage)) send(event)
    if (piece.thought !== 'hidden') entry.chunksSent += 1
  })
  if (generated === 'gone') return
  if (ending && ending.how !== 'reset') {
    if (ending.how === 'error') send(stream.error(ending.refusal))
    out.flush()
    if (ending.how === 'die') breakOff(exchange)
    else complete(exchange)
    return
  }
  for (const event of stream.tail(entry.usage)) send(event)
  if (stream.done && sse.done !== false) send(stream.done)
  out.flush()
  complete(exchange)
}

/** Sound, sent as it is made. */
async function performRaw(exchange: Exchange, plan: Plan): Promise<void> {
  const { res, entry, behaviour } = exchange
  const { ending } = behaviour
  entry.streamed = true
  res.writeHead(200, { ...exchange.headers(), 'content-type': plan.contentType })
  res.flushHeaders()
  const generated = await generate(exchange, plan.choices, (_, piece) => {
    if (piece.made) res.write(piece.made.bytes)
    entry.chunksSent += 1
  })
  if (generated === 'gone') return
  if (generated === 'ended' && ending?.how === 'die') breakOff(exchange)
  else complete(exchange)
}

async function performWhole(exchange: Exchange, plan: Plan): Promise<void> {
  const { res, entry, behaviour } = exchange
  const { ending, gzip, cut } = behaviour
  if ((await generate(exchange, plan.choices)) === 'gone') return

  const whole = ending?.how === 'error' ? exchange.error(ending.refusal).text : plan.body(entry.usage)
  const headers: Record<string, string | number> = {
    ...exchange.headers(),
    'content-type': plan.contentType ?? 'application/json',
    ...(gzip ? { 'content-encoding': 'gzip' } : {}),
  }
  if (!ending && !gzip && cut === undefined) {
    headers['content-length'] = Buffer.byteLength(whole)
    res.writeHead(200, headers)
    complete(exchange, whole)
    return
  }
  res.writeHead(200, headers)
  const out = outlet(res, behaviour)
  out.write(ending?.how === 'die' || ending?.how === 'truncate' ? whole.slice(0, whole.length >> 1) : whole)
  out.flush()
  if (ending?.how === 'die') breakOff(exchange)
  else complete(exchange)
}

/** The books are closed before the last byte leaves, so that a client who has its answer finds it in the log. */
function complete({ res, end }: Exchange, body?: string): void {
  end('completed')
  res.end(body)
}

/** Break the connection off behind the bytes already written: they arrive, and the end of the body never does. */
function breakOff({ res, end }: Exchange): void {
  end('died')
  const { socket } = res
  socket?.end(() => socket.destroy())
}
