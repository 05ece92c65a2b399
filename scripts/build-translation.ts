import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Carriage, FEATURES, type Feature, FORMATS } from '@tollgate/kit/wire'

export const TRANSLATION_PAGE: string = join(import.meta.dirname, '../docs/reference/translation.md')

/** How people call the endpoints that conversations are translated to. */
const NAMES: Readonly<Record<string, string>> = {
  chat: 'Chat Completions',
  responses: 'Responses',
  messages: 'Messages',
  generate: 'generateContent',
  converse: 'Bedrock Converse',
}

const HEAD = `# Translation

A request that its provider speaks is passed on byte for byte. Any other conversation is translated: OpenAI Chat Completions
and Responses, Anthropic Messages and Gemini generateContent, each into each, and each into Bedrock's Converse, as an answer and
as a stream. Fields that a provider of OpenAI's dialect does not take ([providers](../recipes/providers.md)) are lost there, too.

What a dialect cannot say is left out, and named in the answer's \`x-tollgate-lost\` header. \`providerFailover({ strict: true })\`,
\`translation: strict\` in the gateway's config, or \`x-tollgate-translation: strict\` on a single request refuse it instead, with
400: then a deployment that can say all of it is tried, or nobody is.

Made by \`npm run build:docs\` from what each dialect's writer declares, and its tests hold it to. ✓ says the same; words say what
is said in its place; ✗ is lost.
`

/** The page that tells what becomes of each feature in each dialect. */
export function translationPage(): string {
  const translating = FORMATS.flatMap(({ endpoint, translation, serving = translation }) =>
    serving ? [{ name: NAMES[endpoint] ?? endpoint, carries: serving.carries }] : [],
  )
  const rows = (Object.keys(FEATURES) as Feature[]).map((feature) => [
    `${FEATURES[feature]} (\`${feature}\`)`,
    ...translating.map(({ carries }) => cell(carries[feature])),
  ])
  const header = ['asked for', ...translating.map(({ name }) => `to ${name}`)]
  const table = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`)
  return `${HEAD}\n${table.join('\n')}\n`
}

function cell(carriage: Carriage): string {
  if (carriage.is === 'carried') return '✓'
  return escaped(carriage.is === 'adapted' ? carriage.how : `✗ ${carriage.why}`)
}

const escaped = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ')

if (import.meta.main) writeFileSync(TRANSLATION_PAGE, translationPage())
