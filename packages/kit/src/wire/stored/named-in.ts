import { CLOSE_BRACE, CLOSE_BRACKET, COLON, OPEN_BRACE, OPEN_BRACKET, QUOTE } from '../../core/json-marks.ts'
import { invalid } from '../json.ts'
import { endOfString, MAX_DEPTH, stringAt } from '../json-fields.ts'
import { isKeeper } from '../openai/responses/kept-items.ts'
import { isOperators } from './addresses.ts'
import {
  foldedName,
  NAMING,
  NAMING_ADDRESSES,
  NAMING_OBJECTS,
  NAMING_RESOURCES,
  OPAQUE,
  refers,
  TOOL_USES,
} from './naming.ts'
import { isResource, storedId } from './stored-id.ts'

/** An object or a list of the text, while it is read. */
interface Level {
  readonly isList: boolean
  /** In how many others it is. */
  readonly depth: number
  /** The field that it is the value of, or that its list is, folded. */
  readonly field: string
  /** Nothing in it names anything. */
  readonly opaque: boolean
  /** The field whose value comes next, folded. */
  key: string
  readonly types: string[]
  readonly ids: string[]
  /** Which of its fields say that it is a whole message, folded. */
  readonly fields: Set<string>
  /** How often it is sealed, and how often that says something: two readers may disagree about which one counts. */
  sealFields: number
  seals: number
  readonly found: { readonly under: string; readonly id: string }[]
}

/** More than any request goes on with; each is looked for. */
const MAX_NAMED = 256

/**
 * Every id of something stored that a JSON text names, at any depth. The text itself is read, and not what a parser makes
 * of it: a field that is given twice names both, whichever one the provider takes.
 *
 * @param text which is JSON: that has been asked of a parser.
 * @throws TollgateError `invalid_request` when it names more than any request needs, or nests too deeply.
 */
export function namedIn(text: string): readonly string[] {
  const root = levelOf({ isList: true, depth: 0, field: '', opaque: false })
  const open: Level[] = [root]
  let level = root
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) {
      const end = endOfString(text, at)
      if (!level.isList && isKey(text, end)) noteKey(level, stringAt(text, at, end))
      else if (matters(level)) noteValue(level, stringAt(text, at, end))
      at = end - 1
    } else if (code === OPEN_BRACE || code === OPEN_BRACKET) {
      if (open.length > MAX_DEPTH) throw invalid('input', 'The body nests too deeply.')
      level = below(level, code === OPEN_BRACKET)
      open.push(level)
    } else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) {
      const closed = open.pop()!
      level = open.at(-1)!
      for (const id of namedBy(closed)) level.found.push({ under: closed.field, id })
    }
  }
  const named = [...new Set(root.found.map(({ id }) => id))]
  if (named.length > MAX_NAMED)
    throw invalid('input', `The request names more than ${MAX_NAMED} stored things.`)
  return named
}

function levelOf(where: Pick<Level, 'isList' | 'depth' | 'field' | 'opaque'>): Level {
  return { ...where, key: '', types: [], ids: [], fields: new Set(), sealFields: 0, seals: 0, found: [] }
}

function below(level: Level, isList: boolean): Level {
  const field = level.isList ? level.field : level.key
  // What a job of Google's is to do stands where elsewhere a tool says what it takes.
  const isJob = field === 'parameters' && level.depth === BODY_DEPTH
  const opaque = level.opaque || (OPAQUE.has(field) && !isJob)
  return levelOf({ isList, depth: level.depth + 1, field, opaque })
}

/** The text itself is a list of one value. */
const BODY_DEPTH = 1

function isKey(text: string, end: number): boolean {
  let at = end
  while (text.charCodeAt(at) <= SPACE) at += 1
  return text.charCodeAt(at) === COLON
}

const SPACE = 0x20

function noteKey(level: Level, name: string): void {
  level.key = foldedName(name)
  if (level.key === 'encryptedcontent') level.sealFields += 1
  if (SAYING_WHOLE.has(level.key)) level.fields.add(level.key)
}

/** Fields of a message that is whole, whether it says its type or not. */
const SAYING_WHOLE: ReadonlySet<string> = new Set(['role', 'content'])

/** Fields of an object that say what its `id` is of. */
const TELLING: ReadonlySet<string> = new Set(['type', 'id', 'encryptedcontent'])

/** Whether a text is looked at that stands here: most of a request is words, which nobody has to read. */
function matters({ isList, field, key, opaque }: Level): boolean {
  if (opaque) return false
  const name = isList ? field : key
  if (NAMING.has(name) || NAMING_ADDRESSES.test(name)) return true
  return !isList && (NAMING_RESOURCES.has(key) || TELLING.has(key))
}

function noteValue(level: Level, said: string): void {
  const { isList, field, key } = level
  if (names(isList ? field : key, said)) {
    const id = storedId(said)
    if (id !== undefined) level.found.push({ under: key, id })
  } else if (isList) return
  else if (key === 'type') level.types.push(said)
  else if (key === 'id') level.ids.push(said)
  else if (key === 'encryptedcontent' && said !== '') level.seals += 1
}

/** Whether what is said in a field of this name is the name of something, or leads to it. */
function names(field: string, said: string): boolean {
  if (NAMING.has(field)) return true
  return NAMING_RESOURCES.has(field) ? isResource(said) : NAMING_ADDRESSES.test(field) && isOperators(said)
}

/** What an object names, when all of it has been read. */
function namedBy(level: Level): readonly string[] {
  const { isList, field, opaque, types, ids, sealFields, seals, found } = level
  if (opaque) return []
  const sealed = sealFields === 1 && seals === 1
  const isNamed =
    NAMING.has(field) ||
    NAMING_OBJECTS.has(field) ||
    isBareItem(level) ||
    types.some((type) => refers(type, sealed))
  const ownIds = !isList && isNamed ? ids : []
  // Elsewhere than in a message the type of such a call means nothing, and its `input` may be what a provider reads.
  const toolUse = field === 'content' && types.length > 0 && types.every((type) => TOOL_USES.has(type))
  const vendorSkill = types.length > 0 && types.every((type) => type === 'anthropic')
  const inside = found.filter(
    ({ under }) => !(toolUse && under === 'input') && !(vendorSkill && under === 'skillid'),
  )
  const mine = ownIds.filter((id) => !isKeeper({ id }))
  return [...mine, ...inside.map(({ id }) => id)]
}

/**
 * An item of which there is no more than an `id` refers to one that is stored: its `type` may be left out, or be null
 * (https://platform.openai.com/docs/api-reference/responses/create#responses-create-input). A message says who says what.
 */
function isBareItem({ isList, depth, field, types, fields }: Level): boolean {
  const isItem = !isList && depth <= ITEM_DEPTH && ITEM_LISTS.has(field)
  return isItem && types.length === 0 && fields.size < SAYING_WHOLE.size
}

const ITEM_LISTS: ReadonlySet<string> = new Set(['input', 'items'])
/** In the list of a body, which is below a request of its own in a file of them. Further down are things that tools take. */
const ITEM_DEPTH = 4
