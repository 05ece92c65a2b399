import { anthropic } from './anthropic/index.ts'
import type { Dialect, Speaker } from './dialect.ts'
import { gemini } from './gemini/index.ts'
import { AZURE_PATH, azure } from './hosts/azure.ts'
import { BEDROCK_PATH, bedrockConverse, bedrockCount, bedrockInvoke } from './hosts/bedrock.ts'
import { VERTEX_CLAUDE_PATH, VERTEX_GOOGLE_PATH, vertexClaude, vertexGemini } from './hosts/vertex.ts'
import { openai } from './openai/index.ts'

const SPEAKERS: Readonly<Record<Dialect, Speaker>> = { openai, anthropic, gemini }

const ANTHROPIC_PATH = /\/messages(?:\/|$)/
const GEMINI_PATH = /\/models\/[^/]+:[A-Za-z]+$|\/v1(?:alpha|beta)\//

/** Those who host models of others, each with paths of its own. */
const HOSTS: readonly (readonly [path: RegExp, speaker: Speaker])[] = [
  [/\/model\/[^/]+\/converse(?:-stream)?$/, bedrockConverse],
  [/\/model\/[^/]+\/count-tokens$/, bedrockCount],
  [BEDROCK_PATH, bedrockInvoke],
  [VERTEX_CLAUDE_PATH, vertexClaude],
  [VERTEX_GOOGLE_PATH, vertexGemini],
  [AZURE_PATH, azure],
]

/** Who answers at a path, under any prefix: one server speaks all dialects, and as all of their hosts. */
export function speakerAt(url: string): Speaker {
  const path = url.split('?', 1)[0]!
  const host = HOSTS.find(([paths]) => paths.test(path))
  if (host) return host[1]
  if (GEMINI_PATH.test(path)) return SPEAKERS.gemini
  return ANTHROPIC_PATH.test(path) ? SPEAKERS.anthropic : SPEAKERS.openai
}

/** What stands behind the origin in the base URLs that clients are given. Anthropic's have no version in them. */
export const BASE_PATHS: Readonly<Record<Dialect, string>> = {
  openai: '/v1',
  anthropic: '',
  gemini: '/v1beta',
}
