-- The lists of words that a reply has told; a word may be empty.
local function from_told(text)
  local lists = {}
  for words in string.gmatch(text or '', '[^;]+') do
    local list = {}
    for word in string.gmatch(words .. ' ', '(%S*) ') do list[#list + 1] = word end
    lists[#lists + 1] = list
  end
  return lists
end
