-- @include charges
-- @include from_amounts
--
-- A record for the reply.
local function describe_record(id, record)
  return { id, record.st, record.owner, record.path, record.memo, record.label, from_amounts(record.a),
    from_amounts(charges(record)), from_amounts(record.o), from_amounts(record.u), record.at, record.ended,
    record.ttl, record.shapes, record.windows }
end
