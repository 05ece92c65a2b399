import { caseFold } from '../guarded.ts'

/**
 * A name as the most lenient reader takes it: some servers make no difference between cases, and Google's take a field in
 * `camelCase` and in `snake_case` alike (https://protobuf.dev/programming-guides/json/).
 */
export function foldedName(name: string): string {
  return caseFold(name).replaceAll('_', '')
}

const folded = (...names: readonly string[]): ReadonlySet<string> => new Set(names.map(foldedName))

/**
 * Fields that name what a provider stores, wherever they stand: by an id, by a list of ids, or by an object with an `id`.
 *
 * OpenAI: https://platform.openai.com/docs/api-reference · Anthropic: https://platform.claude.com/docs/en/build-with-claude/files
 * and `container` of https://platform.claude.com/docs/en/agents-and-tools/tool-use/code-execution-tool · Gemini:
 * https://ai.google.dev/api/files, https://ai.google.dev/api/caching · Mistral: https://docs.mistral.ai/api
 */
export const NAMING: ReadonlySet<string> = folded(
  'previous_response_id',
  'response_id',
  'conversation',
  'conversation_id',
  'previous_interaction_id',
  'approval_request_id',
  'file_id',
  'file_ids',
  'input_file_id',
  'input_files',
  'training_file',
  'training_files',
  'validation_file',
  'validation_files',
  'vector_store_id',
  'vector_store_ids',
  'container',
  'container_id',
  'skill_id',
  'assistant_id',
  'thread',
  'thread_id',
  'batch_id',
  'cached_content',
  'file_uri',
  'file_search_store_names',
  'operation_name',
  'agent_id',
  'library_ids',
)

/** Of which only the name of something stored is one: whatever else they say is what a file is called. */
export const NAMING_RESOURCES: ReadonlySet<string> = folded('file_name')

/**
 * Fields of addresses, of which those name something that lead to a bucket of the operator's, or to a provider's files: what a
 * public page is called is nobody's secret. Where a batch of Google's or of AWS's is read and written is among them:
 * https://cloud.google.com/vertex-ai/docs/reference/rest/v1/projects.locations.batchPredictionJobs,
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_CreateModelInvocationJob.html
 */
export const NAMING_ADDRESSES: RegExp = /ur[il]s?(?:prefix)?$/

/** Of which only an object's `id` names something: their text is an address, or a sound. */
export const NAMING_OBJECTS: ReadonlySet<string> = folded('audio', 'video', 'characters')

/** Fields whose value is the caller's own, to whatever it is like: labels, schemas, and what tools are given and give. */
export const OPAQUE: ReadonlySet<string> = folded(
  'metadata',
  'labels',
  'args',
  'response',
  'parameters',
  'parameters_json_schema',
  'input_schema',
  'schema',
  'json_schema',
  'response_schema',
  'response_json_schema',
)

/** Objects that are whole for the caller, and stand for what is stored under their `id`. */
const REFERRING: ReadonlySet<string> = new Set([
  'item_reference',
  'file_id',
  'web_search_call',
  'file_search_call',
  'code_interpreter_call',
  'image_generation_call',
  'mcp_call',
  'mcp_list_tools',
  'mcp_approval_request',
])

/** What is thought comes back whole where it is sealed; without a seal only its id says what it was. */
export function refers(type: string, sealed: boolean): boolean {
  return REFERRING.has(type) || (type === 'reasoning' && !sealed)
}

/** Calls of tools whose `input` is an object of the caller's own: https://platform.claude.com/docs/en/api/messages */
export const TOOL_USES: ReadonlySet<string> = new Set(['tool_use', 'server_tool_use', 'mcp_tool_use'])
