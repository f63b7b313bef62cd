//! Tables of typed columns, written as Parquet and Arrow.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::sync::Arc;

use polars_arrow::array::{Array, BooleanArray, PrimitiveArray, Utf8Array};
use polars_arrow::datatypes::{ArrowDataType, ArrowSchema, Field};
use polars_arrow::io::ipc::write::{self, Compression, StreamWriter};
use polars_arrow::record_batch::RecordBatchT;
use polars_arrow::types::NativeType;
use polars_parquet::write::{
    CompressionOptions, FileWriter, KeyValue, StatisticsOptions, Version, WriteOptions, get_dtype_encoding,
    row_group_iter, schema_to_metadata_key,
};

pub(crate) type Values = Box<dyn Array>;

/// Texts; `None` is missing.
pub(crate) fn texts<T: AsRef<str>>(cells: impl IntoIterator<Item = Option<T>>) -> Values {
    cells.into_iter().collect::<Utf8Array<i64>>().boxed()
}

/// Texts, all of them present.
pub(crate) fn whole_texts<T: AsRef<str>>(cells: impl IntoIterator<Item = T>) -> Values {
    texts(cells.into_iter().map(Some))
}

/// Numbers, or what is stored as such; `None` is missing.
pub(crate) fn numbers<T: NativeType>(cells: impl IntoIterator<Item = Option<T>>) -> Values {
    cells.into_iter().collect::<PrimitiveArray<T>>().boxed()
}

/// The same, as values of this type.
pub(crate) fn typed<T: NativeType>(cells: impl IntoIterator<Item = Option<T>>, data_type: ArrowDataType) -> Values {
    cells.into_iter().collect::<PrimitiveArray<T>>().to(data_type).boxed()
}

pub(crate) fn flags(cells: impl IntoIterator<Item = Option<bool>>) -> Values {
    cells.into_iter().collect::<BooleanArray>().boxed()
}

/// Columns of one length.
#[derive(Clone)]
pub(crate) struct Frame {
    schema: ArrowSchema,
    columns: Vec<Values>,
}

impl Frame {
    pub(crate) fn new<'a>(columns: impl IntoIterator<Item = (&'a str, Values)>) -> Self {
        let (names, columns): (Vec<&str>, Vec<Values>) = columns.into_iter().unzip();
        let field = |(name, values): (&str, &Values)| Field::new(name.into(), values.dtype().clone(), true);
        Self { schema: names.into_iter().zip(&columns).map(field).collect(), columns }
    }

    fn rows(&self) -> usize {
        self.columns.first().map_or(0, |values| values.len())
    }

    /// Some of the rows.
    fn batch(&self, first: usize, rows: usize) -> RecordBatchT<Values> {
        let columns = self.columns.iter().map(|values| values.sliced(first, rows)).collect();
        RecordBatchT::try_new(rows, Arc::new(self.schema.clone()), columns).expect("columns of one length")
    }

    /// As Parquet with statistics, as most programs write it.
    pub(crate) fn parquet(&self, path: &Path) {
        self.parquet_in_groups(path, self.rows().max(1), &[]);
    }

    /// As Parquet with so many rows a group and with texts beside the schema.
    pub(crate) fn parquet_in_groups(&self, path: &Path, rows: usize, said: &[(&str, &str)]) {
        let options = WriteOptions {
            statistics: StatisticsOptions::default(),
            compression: CompressionOptions::Zstd(None),
            version: Version::V1,
            data_page_size: None,
        };
        let mut file = FileWriter::try_new(create(path), self.schema.clone(), options).expect("a Parquet file");
        for first in (0..self.rows()).step_by(rows) {
            let batch = self.batch(first, rows.min(self.rows() - first));
            let encodings = self.schema.iter_values().map(|field| get_dtype_encoding(field.dtype())).collect();
            let fields = file.parquet_schema().fields().to_vec();
            let length = batch.len() as u64;
            file.write(length, row_group_iter(batch, encodings, fields, options)).expect("a row group");
        }
        let said = said.iter().map(|&(key, value)| KeyValue { key: key.to_owned(), value: Some(value.to_owned()) });
        file.end(Some(said.chain([schema_to_metadata_key(&self.schema)]).collect())).expect("a footer");
    }

    /// As an Arrow file of one batch.
    pub(crate) fn arrow(&self, path: &Path, compression: Option<Compression>) {
        let options = write::WriteOptions { compression };
        let schema = Arc::new(self.schema.clone());
        let mut file = write::FileWriter::try_new(create(path), schema, None, options).expect("an Arrow file");
        file.write(&self.batch(0, self.rows()), None).expect("a batch");
        file.finish().expect("a footer");
    }

    /// As an Arrow stream of one batch.
    pub(crate) fn arrow_stream(&self, path: &Path, compression: Option<Compression>) {
        let mut stream = StreamWriter::new(create(path), write::WriteOptions { compression });
        stream.start(&self.schema, None).expect("a schema");
        stream.write(&self.batch(0, self.rows()), None).expect("a batch");
        stream.finish().expect("an end");
    }
}

fn create(path: &Path) -> BufWriter<File> {
    BufWriter::new(File::create(path).expect("a file"))
}
