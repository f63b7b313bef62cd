//! What an Arrow file says of its own lengths, checked before a decoder believes it.
//!
//! A length of a message is a promise: of its body by the message, of a buffer by the message, of unpacked bytes by the
//! first eight bytes of a buffer. A decoder reserves what it is promised, so each is held against what is left of the
//! file and of the memory first.

use polars_arrow::datatypes::{ArrowDataType, Field, PhysicalType};
use polars_arrow::io::ipc::format::ipc::planus::{self, ReadAsRoot as _};
use polars_arrow::io::ipc::format::ipc::{
    DictionaryBatchRef, FieldRef, KeyValueRef, MessageHeaderRef, MessageRef, MetadataVersion, RecordBatchRef, SchemaRef,
};

/// Fields in fields, and fields in all, that a schema may have.
const DEEPEST: usize = 32;
const MOST_FIELDS: usize = 100_000;

/// Rows that need no byte of their own: columns of nothing but nulls have none.
const FREE_ROWS: u64 = 1 << 20;

/// The bytes that a decoder adds to a row: a view of its value, its code, and the code once more while it is packed.
const BYTES_A_ROW: u64 = 24;

/// The message is not what it should be. Why is of no use to the person who has the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Damaged;

/// A message that holds records, or a dictionary that records refer to.
pub(super) enum Batch<'message> {
    /// Records.
    Records(RecordBatchRef<'message>),
    /// The values of a dictionary.
    Dictionary(DictionaryBatchRef<'message>),
}

/// A message with the length of the body that follows it.
pub(super) struct Message<'message> {
    pub(super) batch: Batch<'message>,
    pub(super) version: MetadataVersion,
    pub(super) body_bytes: u64,
    /// What it says of itself.
    pub(super) texts: Vec<&'message str>,
}

/// Reads a message; its body must fit into what is `left` of the file.
pub(super) fn message(bytes: &[u8], left: u64) -> Result<Message<'_>, Damaged> {
    let message = MessageRef::read_as_root(bytes).map_err(|_| Damaged)?;
    let body_bytes = count(message.body_length().map_err(|_| Damaged)?)?;
    if body_bytes > left {
        return Err(Damaged);
    }
    let batch = match message.header().map_err(|_| Damaged)? {
        Some(MessageHeaderRef::RecordBatch(batch)) => Batch::Records(batch),
        Some(MessageHeaderRef::DictionaryBatch(batch)) => Batch::Dictionary(batch),
        _ => return Err(Damaged),
    };
    let version = message.version().map_err(|_| Damaged)?;
    let texts = pairs(message.custom_metadata().map_err(|_| Damaged)?);
    Ok(Message { batch, version, body_bytes, texts })
}

/// Keys and values of what something says of itself.
pub(super) type Pairs<'message> = Option<planus::Vector<'message, planus::Result<KeyValueRef<'message>>>>;

/// Keys and values as texts; those that cannot be read are none.
pub(super) fn pairs(pairs: Pairs<'_>) -> Vec<&str> {
    let pairs = pairs.into_iter().flatten().flatten();
    pairs.flat_map(|pair| [pair.key(), pair.value()]).filter_map(|text| text.ok().flatten()).collect()
}

/// Checks that a message is a schema of a sane number of fields, and gives what it says beside names and types of columns.
pub(super) fn check_schema_message(bytes: &[u8]) -> Result<Vec<&str>, Damaged> {
    let message = MessageRef::read_as_root(bytes).map_err(|_| Damaged)?;
    let Some(MessageHeaderRef::Schema(schema)) = message.header().map_err(|_| Damaged)? else { return Err(Damaged) };
    check_schema(schema)?;
    let mut texts = pairs(message.custom_metadata().map_err(|_| Damaged)?);
    texts.extend(schema_texts(schema)?);
    Ok(texts)
}

/// What a schema says beside names and types of columns: of itself, of each field, and the names of fields within fields.
pub(super) fn schema_texts(schema: SchemaRef<'_>) -> Result<Vec<&str>, Damaged> {
    let mut texts = pairs(schema.custom_metadata().map_err(|_| Damaged)?);
    for field in schema.fields().map_err(|_| Damaged)?.ok_or(Damaged)? {
        add_texts(field.map_err(|_| Damaged)?, &mut texts)?;
    }
    Ok(texts)
}

/// Its depth has been checked.
fn add_texts<'message>(field: FieldRef<'message>, texts: &mut Vec<&'message str>) -> Result<(), Damaged> {
    texts.extend(pairs(field.custom_metadata().map_err(|_| Damaged)?));
    for child in field.children().map_err(|_| Damaged)?.into_iter().flatten() {
        let child = child.map_err(|_| Damaged)?;
        texts.extend(child.name().map_err(|_| Damaged)?);
        add_texts(child, texts)?;
    }
    Ok(())
}

/// Checks depth and number of the fields. Parts of the tables may be shared, so that few bytes can stand for many fields.
pub(super) fn check_schema(schema: SchemaRef<'_>) -> Result<(), Damaged> {
    let mut left = MOST_FIELDS;
    for field in schema.fields().map_err(|_| Damaged)?.ok_or(Damaged)? {
        check_field(field.map_err(|_| Damaged)?, DEEPEST, &mut left)?;
    }
    Ok(())
}

fn check_field(field: FieldRef<'_>, deeper: usize, left: &mut usize) -> Result<(), Damaged> {
    *left = left.checked_sub(1).ok_or(Damaged)?;
    let deeper = deeper.checked_sub(1).ok_or(Damaged)?;
    for child in field.children().map_err(|_| Damaged)?.into_iter().flatten() {
        check_field(child.map_err(|_| Damaged)?, deeper, left)?;
    }
    Ok(())
}

/// What decoding a batch takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extent {
    pub(super) rows: usize,
    /// For each column, in the order of the schema.
    pub(super) columns: Vec<ColumnExtent>,
}

/// What decoding a column of a batch takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ColumnExtent {
    /// Bytes while it is decoded and coded.
    pub(super) bytes: u64,
    /// Rows that are null, as the batch says.
    pub(super) nulls: usize,
}

/// Holds every length of a batch against its body.
pub(super) fn extent(
    batch: RecordBatchRef<'_>,
    version: MetadataVersion,
    types: &[&ArrowDataType],
    body: &[u8],
) -> Result<Extent, Damaged> {
    let rows = count(batch.length().map_err(|_| Damaged)?)?;
    let mut parts = Parts::new(batch, version, body)?;
    let mut columns = Vec::with_capacity(types.len());
    for data_type in types {
        let node = *parts.nodes.get(parts.node).ok_or(Damaged)?;
        let before = parts.bytes;
        if node.length != rows {
            return Err(Damaged);
        }
        parts.pass(data_type)?;
        let bytes = (parts.bytes - before).saturating_add(rows.saturating_mul(BYTES_A_ROW));
        columns.push(ColumnExtent { bytes, nulls: usize::try_from(node.nulls).map_err(|_| Damaged)? });
    }
    if rows > FREE_ROWS && rows / 8 > parts.bytes {
        return Err(Damaged);
    }
    Ok(Extent { rows: usize::try_from(rows).map_err(|_| Damaged)?, columns })
}

/// A length or an offset; none is negative.
fn count(number: i64) -> Result<u64, Damaged> {
    u64::try_from(number).map_err(|_| Damaged)
}

#[derive(Debug, Clone, Copy)]
struct Node {
    length: u64,
    nulls: u64,
}

/// The nodes and buffers of a batch, of which each type takes its own in turn.
struct Parts {
    version: MetadataVersion,
    nodes: Vec<Node>,
    /// Bytes of each buffer once it is unpacked, with those that it is unpacked from.
    buffers: Vec<u64>,
    variadic: Vec<u64>,
    node: usize,
    buffer: usize,
    view: usize,
    /// Bytes of the buffers taken so far.
    bytes: u64,
}

impl Parts {
    fn new(batch: RecordBatchRef<'_>, version: MetadataVersion, body: &[u8]) -> Result<Self, Damaged> {
        let is_packed = batch.compression().map_err(|_| Damaged)?.is_some();
        let mut nodes = Vec::new();
        for node in batch.nodes().map_err(|_| Damaged)?.ok_or(Damaged)? {
            let (length, nulls) = (count(node.length())?, count(node.null_count())?);
            if nulls > length {
                return Err(Damaged);
            }
            nodes.push(Node { length, nulls });
        }
        let (mut buffers, mut stored) = (Vec::new(), 0_u64);
        for buffer in batch.buffers().map_err(|_| Damaged)?.ok_or(Damaged)? {
            let (offset, length) = (count(buffer.offset())?, count(buffer.length())?);
            let end = offset.checked_add(length).ok_or(Damaged)?;
            // Buffers do not share bytes, so that together they are no longer than the body.
            stored = stored.checked_add(length).ok_or(Damaged)?;
            if end > body.len() as u64 || stored > body.len() as u64 {
                return Err(Damaged);
            }
            let bytes = usize::try_from(offset).ok().zip(usize::try_from(end).ok());
            let bytes = bytes.and_then(|(from, to)| body.get(from..to)).ok_or(Damaged)?;
            buffers.push(if is_packed && !bytes.is_empty() { unpacked(bytes)? } else { length });
        }
        let mut variadic = Vec::new();
        for number in batch.variadic_buffer_counts().map_err(|_| Damaged)?.into_iter().flatten() {
            variadic.push(count(number)?);
        }
        Ok(Self { version, nodes, buffers, variadic, node: 0, buffer: 0, view: 0, bytes: 0 })
    }

    /// Takes what an array of this type takes.
    fn pass(&mut self, data_type: &ArrowDataType) -> Result<(), Damaged> {
        self.node += 1;
        if self.node > self.nodes.len() {
            return Err(Damaged);
        }
        match data_type.to_physical_type() {
            PhysicalType::Null => {}
            PhysicalType::Binary | PhysicalType::LargeBinary | PhysicalType::Utf8 | PhysicalType::LargeUtf8 => {
                self.take(3)?;
            }
            PhysicalType::BinaryView | PhysicalType::Utf8View => {
                let more = *self.variadic.get(self.view).ok_or(Damaged)?;
                self.view += 1;
                self.take(more.checked_add(2).ok_or(Damaged)?)?;
            }
            PhysicalType::Boolean
            | PhysicalType::Primitive(_)
            | PhysicalType::FixedSizeBinary
            | PhysicalType::Dictionary(_)
            | PhysicalType::List
            | PhysicalType::LargeList
            | PhysicalType::Map => self.take(2)?,
            PhysicalType::FixedSizeList | PhysicalType::Struct => self.take(1)?,
            PhysicalType::Union => {
                let is_dense = matches!(data_type.to_storage(), ArrowDataType::Union(union) if !union.mode.is_sparse());
                let has_validity = self.version != MetadataVersion::V5;
                self.take(1 + u64::from(is_dense) + u64::from(has_validity))?;
            }
        }
        children(data_type).into_iter().try_for_each(|child| self.pass(child))
    }

    fn take(&mut self, buffers: u64) -> Result<(), Damaged> {
        let end = usize::try_from(buffers).ok().and_then(|more| self.buffer.checked_add(more)).ok_or(Damaged)?;
        let taken = self.buffers.get(self.buffer..end).ok_or(Damaged)?;
        self.bytes = taken.iter().fold(self.bytes, |sum, bytes| sum.saturating_add(*bytes));
        self.buffer = end;
        Ok(())
    }
}

/// Bytes that a packed buffer becomes, with its own.
fn unpacked(bytes: &[u8]) -> Result<u64, Damaged> {
    let (length, packed) = bytes.split_first_chunk::<8>().ok_or(Damaged)?;
    // Minus one says that the bytes were left as they are.
    let length = i64::from_le_bytes(*length);
    let length = if length == -1 { packed.len() as u64 } else { count(length)? };
    Ok(length.saturating_add(bytes.len() as u64))
}

/// The types of the arrays that an array of this type holds beside itself.
fn children(data_type: &ArrowDataType) -> Vec<&ArrowDataType> {
    match data_type.to_storage() {
        ArrowDataType::List(field)
        | ArrowDataType::LargeList(field)
        | ArrowDataType::FixedSizeList(field, _)
        | ArrowDataType::Map(field, _) => vec![field.dtype()],
        ArrowDataType::Union(union) => union.fields.iter().map(Field::dtype).collect(),
        ArrowDataType::Struct(fields) => fields.iter().map(Field::dtype).collect(),
        _ => Vec::new(),
    }
}

/// Whether values of this type are lists or structures.
pub(super) fn is_nested(data_type: &ArrowDataType) -> bool {
    use PhysicalType::{FixedSizeList, LargeList, List, Map, Struct, Union};
    matches!(data_type.to_physical_type(), List | LargeList | FixedSizeList | Struct | Map | Union)
}
