/** The byte-pair encodings that text is counted with. */
export type Encoding = 'cl100k_base' | 'o200k_base'

/** What bounds a model's input and output, in tokens. Undefined where nobody has said. */
export interface ModelLimits {
  /** Input and output of one generation together. */
  readonly contextWindow: number | undefined
  /** The most that one choice may be; reasoning is part of it. */
  readonly maxOutput: number | undefined
  /** Output that is billed may not be seen, so that what was seen of a broken-off answer bounds nothing. */
  readonly hiddenReasoning: boolean
  readonly encoding: Encoding
  /** The encoding is the model's own, rather than one that stands in for a tokenizer that is not public. */
  readonly ownEncoding: boolean
  /** The fastest that one choice is generated, for what may have been generated before anything was seen. */
  readonly topTokensPerSecond: number
}

/** One family of models: the first row whose pattern fits the name (lower case, no vendor or `ft:` prefix) holds. */
export interface ModelFamily extends Omit<ModelLimits, 'topTokensPerSecond'> {
  readonly models: RegExp
  /** The provider's page to check it against. */
  readonly source: string
}

type Facts = Pick<ModelLimits, 'encoding' | 'ownEncoding' | 'hiddenReasoning'>

function family(
  models: RegExp,
  contextWindow: number,
  maxOutput: number,
  facts: Facts,
  source: string,
): ModelFamily {
  return { models, contextWindow, maxOutput, ...facts, source }
}

const OLDER: Facts = { encoding: 'cl100k_base', ownEncoding: true, hiddenReasoning: false }
const PLAIN: Facts = { encoding: 'o200k_base', ownEncoding: true, hiddenReasoning: false }
const REASONING: Facts = { ...PLAIN, hiddenReasoning: true }
const OTHERS_PLAIN: Facts = { ...PLAIN, ownEncoding: false }
const OTHERS_REASONING: Facts = { ...REASONING, ownEncoding: false }

const OPENAI_DOCS = 'https://platform.openai.com/docs/models'

/** Specific names stand before the families that they belong to. Snapshots of a family share its limits. */
const OPENAI: readonly ModelFamily[] = [
  family(/^gpt-3\.?5-turbo-instruct/, 4_096, 4_096, OLDER, `${OPENAI_DOCS}/gpt-3.5-turbo-instruct`),
  family(/^gpt-3\.?5-turbo-16k/, 16_385, 16_385, OLDER, `${OPENAI_DOCS}/gpt-3.5-turbo-16k-0613`),
  family(/^gpt-3\.?5-turbo/, 16_385, 4_096, OLDER, `${OPENAI_DOCS}/gpt-3.5-turbo`),
  family(/^gpt-4-32k/, 32_768, 32_768, OLDER, `${OPENAI_DOCS}/gpt-4-32k`),
  family(/^gpt-4-(turbo|1106|0125|vision)/, 128_000, 4_096, OLDER, `${OPENAI_DOCS}/gpt-4-turbo`),
  family(/^gpt-4(-0\d{3})?$/, 8_192, 8_192, OLDER, `${OPENAI_DOCS}/gpt-4`),
  family(/^gpt-4\.1/, 1_047_576, 32_768, PLAIN, `${OPENAI_DOCS}/gpt-4.1`),
  family(/^gpt-4\.5/, 128_000, 16_384, PLAIN, `${OPENAI_DOCS}/gpt-4.5-preview`),
  family(/^gpt-4o-2024-05-13/, 128_000, 4_096, PLAIN, `${OPENAI_DOCS}/gpt-4o`),
  family(/^gpt-4o-mini-realtime/, 16_000, 4_096, PLAIN, `${OPENAI_DOCS}/gpt-4o-mini-realtime-preview`),
  family(/^gpt-4o-realtime/, 32_000, 4_096, PLAIN, `${OPENAI_DOCS}/gpt-4o-realtime-preview`),
  family(/^gpt-realtime-([2-9]|\d\d)/, 128_000, 32_000, REASONING, `${OPENAI_DOCS}/gpt-realtime-2`),
  family(/^gpt-realtime(?!-(whisper|translate))/, 32_000, 4_096, PLAIN, `${OPENAI_DOCS}/gpt-realtime-1.5`),
  family(/^gpt-4o(-mini)?-transcribe/, 16_000, 2_000, PLAIN, `${OPENAI_DOCS}/gpt-4o-transcribe`),
  // Of sound nothing is shown as text; how much there may be is bounded by what is read.
  family(/^gpt-4o-mini-tts/, 2_000, 16_384, REASONING, `${OPENAI_DOCS}/gpt-4o-mini-tts`),
  family(/^(chatgpt|gpt)-4o(?!:)/, 128_000, 16_384, PLAIN, `${OPENAI_DOCS}/gpt-4o`),
  family(/^gpt-audio/, 128_000, 16_384, PLAIN, `${OPENAI_DOCS}/gpt-audio`),
  family(/^o1-mini/, 128_000, 65_536, REASONING, `${OPENAI_DOCS}/o1-mini`),
  family(/^o1-preview/, 128_000, 32_768, REASONING, `${OPENAI_DOCS}/o1-preview`),
  family(/^(o[134]|codex-mini)(-|$)/, 200_000, 100_000, REASONING, `${OPENAI_DOCS}/o3`),
  family(/^gpt-5-chat/, 128_000, 16_384, PLAIN, `${OPENAI_DOCS}/gpt-5-chat-latest`),
  family(/^gpt-5[.-]\d-chat/, 128_000, 16_384, REASONING, `${OPENAI_DOCS}/gpt-5.2-chat-latest`),
  family(/^gpt-5-pro/, 400_000, 272_000, REASONING, `${OPENAI_DOCS}/gpt-5-pro`),
  family(/^gpt-5[.-][456](?!-(mini|nano|image))/, 1_050_000, 128_000, REASONING, `${OPENAI_DOCS}/gpt-5.4`),
  family(/^gpt-5(?![.-][5-9])/, 400_000, 128_000, REASONING, `${OPENAI_DOCS}/gpt-5`),
  family(
    /^gpt-6([.-]\d)?-(astra|sol|terra|luna)/,
    1_050_000,
    128_000,
    REASONING,
    `${OPENAI_DOCS}/gpt-6-astra`,
  ),
  family(/^gpt-oss/, 131_072, 131_072, REASONING, `${OPENAI_DOCS}/gpt-oss-120b`),
  family(/^text-embedding-/, 8_192, 0, OLDER, `${OPENAI_DOCS}/text-embedding-3-large`),
  family(/^(babbage|davinci)-002/, 16_384, 16_384, OLDER, `${OPENAI_DOCS}/davinci-002`),
]

const CLAUDE_DOCS = 'https://platform.claude.com/docs/en/about-claude/models/overview'

/** Sonnet 4 and 4.5 have a window of a million tokens with a beta header: the bound is that one. */
const CLAUDE: readonly ModelFamily[] = [
  family(/^claude-3-(opus|sonnet|haiku)/, 200_000, 4_096, OTHERS_PLAIN, CLAUDE_DOCS),
  family(/^claude-3-5-/, 200_000, 8_192, OTHERS_PLAIN, CLAUDE_DOCS),
  family(/^claude-3-7-/, 200_000, 64_000, OTHERS_REASONING, CLAUDE_DOCS),
  family(/^claude-opus-4-(0|1|20)/, 200_000, 32_000, OTHERS_REASONING, CLAUDE_DOCS),
  family(/^claude-(opus|haiku)-4-5/, 200_000, 64_000, OTHERS_REASONING, CLAUDE_DOCS),
  family(/^claude-opus-4-6/, 1_000_000, 128_000, OTHERS_REASONING, CLAUDE_DOCS),
  family(/^claude-sonnet-4/, 1_000_000, 64_000, OTHERS_REASONING, CLAUDE_DOCS),
  family(/^claude-(fable|opus|sonnet|haiku)-5/, 1_000_000, 128_000, OTHERS_REASONING, CLAUDE_DOCS),
]

const GEMINI_DOCS = 'https://ai.google.dev/gemini-api/docs/models'

const GEMINI: readonly ModelFamily[] = [
  family(/^gemini-1\.5-pro/, 2_097_152, 8_192, OTHERS_PLAIN, GEMINI_DOCS),
  family(/^gemini-(1\.5|2\.0)-flash/, 1_048_576, 8_192, OTHERS_PLAIN, GEMINI_DOCS),
  family(
    /^gemini-(2\.5|3|3\.1)-(pro|flash)(?!.*(image|tts|live))/,
    1_048_576,
    65_536,
    OTHERS_REASONING,
    GEMINI_DOCS,
  ),
]

/**
 * The limits of models as they were known when this was written. `source` is the page to hold a row against: providers
 * change models, and nothing here is read from there. The price data has context windows too, some of them rounded down
 * (1,000,000 for gpt-4.1); a bound must not be.
 *
 * For models of other makers than OpenAI, `o200k_base` stands in for a tokenizer that is not public (`ownEncoding`).
 */
export const MODEL_FAMILIES: readonly ModelFamily[] = [...OPENAI, ...CLAUDE, ...GEMINI]
