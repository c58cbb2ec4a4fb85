//! `Swoole\Table`: PHP's words turned into those of the engine's shared table.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use engine::{
    log,
    shm::rows::{CellRef, Column, ColumnKind, Cursor, KEY_LEN, Layout, RowCopy, RowTable, WriteError},
};

use super::{made_twice, unmade};
use crate::zend::{
    Array, ArrayPattern, Call, Error, ExceptionClass, Key, Kind, Level, PhpString, Plain, Result, State, TableMethods, Value,
    raise,
};
use smallvec::SmallVec;

const TYPE_INT: i64 = 1;
const TYPE_FLOAT: i64 = 2;
const TYPE_STRING: i64 = 3;

/// The least that there is to spare, as in Swoole.
const LEAST_SPARE: f64 = 0.2;
/// So many columns of a row can be set without memory from the heap.
const FEW: usize = 16;

/// What an object holds.
#[derive(Default)]
pub struct Table {
    phase: RefCell<Phase>,
    walk: RefCell<Walk>,
}

impl State for Table {}

/// How far the table is.
#[derive(Default)]
enum Phase {
    /// The constructor has not run: a subclass can leave it out.
    #[default]
    Unmade,
    /// Columns are being added.
    Planned { size: u64, spare: f64, layout: Layout },
    /// It can be used.
    Created(Rc<Created>),
    /// This process has let go of it.
    Destroyed,
}

/// A table, and what its calls use again and again.
struct Created {
    rows: RowTable,
    /// Of the arrays that rows are for PHP.
    pattern: ArrayPattern,
    copy: Cell<RowCopy>,
}

/// Where foreach is.
#[derive(Default)]
struct Walk {
    cursor: Cursor,
    key: Vec<u8>,
    copy: RowCopy,
    /// Whether there is a row.
    on_row: bool,
}

impl Table {
    /// The table. Before `create` it is a mistake that ends the script, as in Swoole.
    #[inline]
    fn created(&self) -> Result<Rc<Created>> {
        match &*self.phase.borrow() {
            Phase::Created(created) => Ok(created.clone()),
            Phase::Unmade => Err(unmade("Swoole\\Table")),
            Phase::Planned { .. } => Err(Error::Fatal("the table is not created yet, call create() first".into())),
            Phase::Destroyed => Err(Error::Fatal("the table was let go of by destroy()".into())),
        }
    }

    fn step(&self, walk: &mut Walk) -> Result<()> {
        let created = self.created()?;
        walk.on_row = created.rows.next(&mut walk.cursor, &mut walk.key, &mut walk.copy);
        Ok(())
    }
}

impl Created {
    /// Runs `work` with room for a row.
    #[inline]
    fn with_copy<R>(&self, work: impl FnOnce(&mut RowCopy) -> R) -> R {
        let mut copy = self.copy.take();
        let result = work(&mut copy);
        self.copy.set(copy);
        result
    }

    fn column(&self, name: &[u8]) -> Option<(usize, &Column)> {
        let number = self.rows.layout().find(name)?;
        Some((number, &self.rows.layout().columns()[number]))
    }

    /// The column that a key of an array names.
    #[inline]
    fn named(&self, name: Key<'_>, hash: u64) -> Option<(usize, &Column)> {
        let number = self.pattern.position(name, hash)?;
        Some((number, &self.rows.layout().columns()[number]))
    }

    /// A row as PHP sees it.
    fn array(&self, copy: &RowCopy) -> Result<Value> {
        let columns = self.rows.layout().columns();
        let cells = columns.iter().map(|column| match copy.cell(column) {
            CellRef::Int(number) => Plain::Int(number),
            CellRef::Float(number) => Plain::Float(number),
            CellRef::Text(text) => Plain::String(text),
        });
        self.pattern.fill(cells).map(Value::from)
    }

    /// The error of a call that could not write.
    fn refused(&self, error: WriteError, what: &str, key: &[u8]) -> Error {
        let key = String::from_utf8_lossy(key);
        Error::Warning(match error {
            WriteError::Full => format!(
                "failed to {what}('{key}'), unable to allocate memory: all {} rows are taken, make the table with a size larger than {}",
                self.rows.capacity(),
                self.rows.size()
            ),
            WriteError::Broken(errno) => {
                format!("failed to {what}('{key}'), the table's memory is damaged, Error: {}", engine::sys::error_text(errno))
            }
        })
    }
}

#[inline]
fn value(cell: CellRef<'_>) -> Result<Value> {
    match cell {
        CellRef::Int(number) => Ok(number.into()),
        CellRef::Float(number) => Ok(number.into()),
        CellRef::Text(text) => Value::string(text),
    }
}

/// A value in the form that a column takes, if no PHP code has to run for it.
#[inline]
fn plain<'a>(column: &Column, value: &'a Value) -> Result<Option<CellRef<'a>>> {
    Ok(match (column.kind, value.kind()) {
        (_, Kind::Object(_) | Kind::Resource) => None,
        (ColumnKind::Int, _) => Some(CellRef::Int(value.to_int()?)),
        (ColumnKind::Float, _) => Some(CellRef::Float(value.to_float()?)),
        (ColumnKind::Text(_), Kind::String(text)) => Some(CellRef::Text(text)),
        (ColumnKind::Text(_), _) => None,
    })
}

/// A value in the form that a column takes, which owns what it has.
enum Converted {
    Int(i64),
    Float(f64),
    Text(PhpString),
}

impl Converted {
    fn new(column: &Column, value: &Value) -> Result<Converted> {
        Ok(match column.kind {
            ColumnKind::Int => Converted::Int(value.to_int()?),
            ColumnKind::Float => Converted::Float(value.to_float()?),
            ColumnKind::Text(_) => Converted::Text(value.to_php_string()?),
        })
    }

    fn cell(&self) -> CellRef<'_> {
        match self {
            Converted::Int(number) => CellRef::Int(*number),
            Converted::Float(number) => CellRef::Float(*number),
            Converted::Text(text) => CellRef::Text(text.as_bytes()),
        }
    }
}

/// Says that a text is going to be cut.
fn note_cut(column: &Column, cell: CellRef<'_>) {
    if let (ColumnKind::Text(size), CellRef::Text(text)) = (column.kind, cell)
        && text.len() > size
    {
        let name = String::from_utf8_lossy(&column.name);
        log::write(
            log::Level::Warning,
            format_args!("[key={name}, value_len={}] the value is longer than the column's {size} bytes and is cut", text.len()),
        );
    }
}

/// Warns of a key that is too long to be kept whole.
#[inline]
fn note_long_key(key: &[u8]) -> Result<()> {
    if key.len() <= KEY_LEN {
        return Ok(());
    }
    let text = format!("the key of {} bytes is longer than {KEY_LEN}: iteration will show it cut", key.len());
    raise(Level::Warning, &text, true)
}

/// `set`, on values in the form of their columns.
fn write(table: &Created, key: &[u8], cells: &[(usize, CellRef<'_>)]) -> Result<Value> {
    for (number, cell) in cells {
        note_cut(&table.rows.layout().columns()[*number], *cell);
    }
    table.rows.set(key, cells).map(|()| true.into()).map_err(|error| table.refused(error, "set", key))
}

fn set(table: &Created, key: &[u8], values: &Array) -> Result<Value> {
    let mut cells = SmallVec::<[(usize, CellRef<'_>); FEW]>::new();
    for (name, hash, value) in values.iter_hashed() {
        let Some((number, column)) = table.named(name, hash) else { continue };
        match plain(column, value)? {
            Some(cell) => cells.push((number, cell)),
            None => return set_any(table, key, values),
        }
    }
    write(table, key, &cells)
}

/// With values that PHP code turns into what a column takes: such code can change others meanwhile, so nothing is borrowed from them.
fn set_any(table: &Created, key: &[u8], values: &Array) -> Result<Value> {
    let mut converted = Vec::with_capacity(values.len());
    for (name, hash, value) in values.iter_hashed() {
        if let Some((number, column)) = table.named(name, hash) {
            converted.push((number, Converted::new(column, value)?));
        }
    }
    let cells: Vec<(usize, CellRef<'_>)> = converted.iter().map(|(number, converted)| (*number, converted.cell())).collect();
    write(table, key, &cells)
}

/// The way in which a column is added to.
#[derive(Clone, Copy, PartialEq)]
enum Direction {
    Up,
    Down,
}

fn add(call: &mut Call<Table>, direction: Direction) -> Result<Value> {
    let mut args = call.args(2, 3)?;
    let (key, name) = (args.string()?, args.string()?);
    let what = if direction == Direction::Up { "incr" } else { "decr" };
    let one = Value::from(1);
    let by = args.or(&one, |args| Ok(args.value()))?;
    let (whole, float) = match by.as_int() {
        Some(whole) => (whole, whole as f64),
        None if is_number(by) => (by.to_int()?, by.to_float()?),
        None => {
            let text =
                format!("Swoole\\Table::{what}(): Argument #3 ($incrby) must be of type int|float, {} given", type_name(by));
            return Err(Error::Exception { class: ExceptionClass::TypeError, text, code: 0 });
        }
    };
    let table = call.state().created()?;
    let Some((number, column)) = table.column(name) else {
        return Err(Error::Warning(format!("column[{}] does not exist", String::from_utf8_lossy(name))));
    };
    note_long_key(key)?;
    let up = direction == Direction::Up;
    let sum = match column.kind {
        ColumnKind::Int => table.rows.add_int(key, number, if up { whole } else { whole.wrapping_neg() }).map(Value::from),
        ColumnKind::Float => table.rows.add_float(key, number, if up { float } else { -float }).map(Value::from),
        ColumnKind::Text(_) => return Err(Error::Warning(format!("can't {what} a string type column"))),
    };
    sum.map_err(|error| table.refused(error, what, key))
}

/// Whether PHP would take the value for `int|float`; null is 0.
fn is_number(value: &Value) -> bool {
    matches!(value.kind(), Kind::Null | Kind::Bool(_)) || value.is_numeric()
}

fn type_name(value: &Value) -> &'static str {
    match value.kind() {
        Kind::Null => "null",
        Kind::String(_) => "string",
        Kind::Array(_) => "array",
        Kind::Object(_) => "object",
        Kind::Resource => "resource",
        Kind::Bool(_) => "bool",
        Kind::Int(_) => "int",
        Kind::Float(_) => "float",
    }
}

fn delete(call: &Call<Table>) -> Result<Value> {
    let key = call.args(1, 1)?.string()?;
    let table = call.state().created()?;
    table.rows.delete(key).map(Value::from).map_err(|error| table.refused(error, "del", key))
}

fn exists(call: &Call<Table>) -> Result<Value> {
    let key = call.args(1, 1)?.string()?;
    Ok(call.state().created()?.rows.exists(key).into())
}

/// Figures are below what an int can say.
fn int(figure: u64) -> Value {
    Value::from(figure as i64)
}

impl TableMethods for Table {
    fn construct(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let size = args.int()?;
        let spare = args.or(LEAST_SPARE, |args| args.float())?;
        let mut phase = call.state().phase.borrow_mut();
        if !matches!(*phase, Phase::Unmade) {
            return Err(made_twice("Swoole\\Table"));
        }
        let spare = if spare.is_nan() { LEAST_SPARE } else { spare.clamp(LEAST_SPARE, 1.0) };
        *phase = Phase::Planned { size: u64::try_from(size).unwrap_or(0), spare, layout: Layout::default() };
        Ok(Value::null())
    }

    fn column(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(2, 3)?;
        let (name, number) = (args.string()?, args.int()?);
        let size = args.or(0, |args| args.int())?;
        let named = || String::from_utf8_lossy(name);
        let kind = match (number, usize::try_from(size)) {
            (TYPE_INT, _) => ColumnKind::Int,
            (TYPE_FLOAT, _) => ColumnKind::Float,
            (TYPE_STRING, Ok(size)) if size > 0 => ColumnKind::Text(size),
            (TYPE_STRING, _) => {
                return Err(Error::Warning(format!("column[{}] of type string needs a size above 0, got {size}", named())));
            }
            _ => {
                let text = format!("column[{}] must be of TYPE_INT, TYPE_FLOAT or TYPE_STRING, got {number}", named());
                return Err(Error::Warning(text));
            }
        };
        match &mut *call.state().phase.borrow_mut() {
            Phase::Planned { layout, .. } => layout
                .add(name, kind)
                .map(|()| true.into())
                .map_err(|error| Error::Warning(format!("column[{}] cannot be added: {error}", named()))),
            Phase::Unmade => Err(unmade("Swoole\\Table")),
            Phase::Created(_) | Phase::Destroyed => Err(Error::Fatal("a column cannot be added after create()".into())),
        }
    }

    fn create(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let mut phase = call.state().phase.borrow_mut();
        let Phase::Planned { size, spare, layout } = &*phase else {
            return Err(match *phase {
                Phase::Unmade => unmade("Swoole\\Table"),
                _ => Error::Fatal("the table has been created already".into()),
            });
        };
        let pattern = ArrayPattern::new(layout.columns().iter().map(|column| column.name.as_slice()))?;
        let rows = RowTable::new(layout.clone(), *size, *spare);
        let rows = rows.map_err(|error| Error::Warning(format!("the table cannot be made: {error}")))?;
        let (size, memory) = (rows.size(), rows.memory());
        *phase = Phase::Created(Rc::new(Created { rows, pattern, copy: Cell::default() }));
        drop(phase);
        call.this().set("size", int(size))?;
        call.this().set("memorySize", int(memory as u64))?;
        Ok(true.into())
    }

    fn destroy(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        call.state().created()?;
        call.state().phase.replace(Phase::Destroyed);
        call.state().walk.replace(Walk::default());
        Ok(true.into())
    }

    fn set(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(2, 2)?;
        let (key, values) = (args.string()?, args.array()?);
        let table = call.state().created()?;
        note_long_key(key)?;
        set(&table, key, values)
    }

    fn get(call: &mut Call<Self>) -> Result<Value> {
        let mut args = call.args(1, 2)?;
        let key = args.string()?;
        let field = args.or(None, |args| args.string_or_null())?;
        let table = call.state().created()?;
        table.with_copy(|copy| match field {
            None if table.rows.get(key, copy) => table.array(copy),
            None => Ok(false.into()),
            Some(field) => match table.column(field) {
                Some((_, column)) if table.rows.get_column(key, column, copy) => value(copy.cell(column)),
                _ => Ok(false.into()),
            },
        })
    }

    fn count(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(int(call.state().created()?.rows.len()))
    }

    fn del(call: &mut Call<Self>) -> Result<Value> {
        delete(call)
    }

    fn delete(call: &mut Call<Self>) -> Result<Value> {
        delete(call)
    }

    fn exists(call: &mut Call<Self>) -> Result<Value> {
        exists(call)
    }

    fn exist(call: &mut Call<Self>) -> Result<Value> {
        exists(call)
    }

    fn incr(call: &mut Call<Self>) -> Result<Value> {
        add(call, Direction::Up)
    }

    fn decr(call: &mut Call<Self>) -> Result<Value> {
        add(call, Direction::Down)
    }

    fn get_size(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(match &*call.state().phase.borrow() {
            Phase::Created(table) => int(table.rows.size()),
            _ => 0.into(),
        })
    }

    fn get_memory_size(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(match &*call.state().phase.borrow() {
            Phase::Created(table) => int(table.rows.memory() as u64),
            _ => 0.into(),
        })
    }

    fn stats(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let Phase::Created(table) = &*call.state().phase.borrow() else { return Ok(false.into()) };
        let stats = table.rows.stats();
        let mut array = Array::new(8)?;
        array.set("num", int(stats.rows))?;
        array.set("conflict_count", int(stats.chained))?;
        array.set("conflict_max_level", int(stats.longest_chain))?;
        array.set("insert_count", int(stats.inserts))?;
        array.set("update_count", int(stats.updates))?;
        array.set("delete_count", int(stats.deletes))?;
        array.set("available_slice_num", int(stats.capacity.saturating_sub(stats.rows)))?;
        array.set("total_slice_num", int(stats.capacity))?;
        Ok(array.into())
    }

    fn rewind(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let mut walk = call.state().walk.borrow_mut();
        walk.cursor = Cursor::default();
        call.state().step(&mut walk).map(Value::from)
    }

    fn valid(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        Ok(call.state().walk.borrow().on_row.into())
    }

    fn next(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        call.state().step(&mut call.state().walk.borrow_mut()).map(Value::from)
    }

    fn current(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let walk = call.state().walk.borrow();
        if walk.on_row { call.state().created()?.array(&walk.copy) } else { Ok(Value::null()) }
    }

    fn key(call: &mut Call<Self>) -> Result<Value> {
        call.no_args()?;
        let walk = call.state().walk.borrow();
        if walk.on_row { Value::string(&walk.key) } else { Ok(Value::null()) }
    }
}
