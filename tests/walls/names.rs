//! What the modules of a crate name: every path of every `use`, type, call and macro, in full.
//!
//! A name that a `use` brings in is followed to where it comes from, in the module itself and through re-exports of
//! others, so that neither another name nor a detour hides where a path leads.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use rayon::prelude::*;
use syn::visit::{self, Visit};
use syn::{Item, ItemUse, UseTree};

/// One path that a module names, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// The module that names it, without the crate.
    pub(crate) module: Vec<String>,
    /// From the crate (`crate`) or from another one, down to the name itself.
    pub(crate) path: String,
    pub(crate) line: usize,
}

/// A source file and the module that it is.
pub(crate) struct Source {
    pub(crate) module: Vec<String>,
    pub(crate) text: String,
}

/// All source files beneath `src`, as the modules that they are.
pub(crate) fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let source = |path: PathBuf| {
        let inner = path.strip_prefix(&root).expect("a file of the folder").with_extension("");
        let mut module: Vec<String> =
            inner.components().map(|part| part.as_os_str().to_string_lossy().into_owned()).collect();
        if module.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
            module.pop();
        }
        Source { module, text: fs::read_to_string(&path).expect("the file can be read") }
    };
    files(&root).into_iter().map(source).collect()
}

/// All Rust files beneath a folder.
pub(crate) fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder exists") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            found.extend(files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    found
}

/// Everything that the modules of these files name, in full.
pub(crate) fn named(sources: &[Source]) -> Vec<Named> {
    let finders: Vec<Finder> = sources.par_iter().map(Finder::of).collect();
    let (mut found, mut uses) = (Vec::new(), Uses::default());
    for finder in finders {
        found.extend(finder.found);
        for (module, names) in finder.uses {
            uses.entry(module).or_default().extend(names);
        }
    }
    found.into_iter().flat_map(|one| in_full(one, &uses)).collect()
}

/// For each module, what the names that it brings in stand for, as written there.
type Uses = BTreeMap<Vec<String>, BTreeMap<String, Vec<String>>>;

/// A detour of more names than this leads in a circle.
const MOST_STEPS: usize = 16;

/// The path in full; where a name of it is re-exported, the place that it comes from as well.
fn in_full((module, path, line): (Vec<String>, Vec<String>, usize), uses: &Uses) -> Vec<Named> {
    let mut path = absolute(&module, &path, uses);
    let mut named = vec![path.clone()];
    for _ in 0..MOST_STEPS {
        let Some(further) = followed(&path, uses) else { break };
        path = further;
        named.push(path.clone());
    }
    named.into_iter().map(|path| Named { module: module.clone(), path: path.join("::"), line }).collect()
}

/// Follows the first name on the path that a module of this crate brings in from elsewhere.
fn followed(path: &[String], uses: &Uses) -> Option<Vec<String>> {
    let inner = path.strip_prefix(&["crate".to_owned()])?;
    let step = |place: usize| {
        let (module, rest) = inner.split_at(place);
        let (name, behind) = rest.split_first()?;
        let target = uses.get(module)?.get(name)?;
        let target = absolute(module, target, &BTreeMap::new());
        let further: Vec<String> = target.into_iter().chain(behind.iter().cloned()).collect();
        (further != path).then_some(further)
    };
    (0..inner.len()).find_map(step)
}

/// A path as it is written in a module, from the crate down.
fn absolute(module: &[String], path: &[String], uses: &Uses) -> Vec<String> {
    let Some(first) = path.first() else { return Vec::new() };
    let below = |module: &[String], rest: &[String]| {
        std::iter::once("crate".to_owned()).chain(module.iter().cloned()).chain(rest.iter().cloned()).collect()
    };
    let ups = path.iter().take_while(|part| *part == "super").count();
    if first == "crate" {
        path.to_vec()
    } else if first == "self" {
        let mut rest = path[1..].to_vec();
        let ups = rest.iter().take_while(|part| *part == "super").count();
        rest.drain(..ups);
        below(&module[..module.len().saturating_sub(ups)], &rest)
    } else if ups > 0 {
        below(&module[..module.len().saturating_sub(ups)], &path[ups..])
    } else if let Some(target) = uses.get(module).and_then(|uses| uses.get(first)).filter(|target| *target != path) {
        let target = absolute(module, target, &BTreeMap::new());
        target.into_iter().chain(path[1..].iter().cloned()).collect()
    } else {
        path.to_vec()
    }
}

#[derive(Default)]
struct Finder {
    module: Vec<String>,
    found: Vec<(Vec<String>, Vec<String>, usize)>,
    uses: Uses,
}

impl Finder {
    /// What one file names.
    fn of(source: &Source) -> Self {
        let file = syn::parse_file(&source.text).expect("the file is Rust");
        let mut finder = Self { module: source.module.clone(), ..Self::default() };
        file.items.iter().for_each(|item| finder.declare(item));
        finder.visit_file(&file);
        finder
    }

    /// Modules that are declared here are names of this module.
    fn declare(&mut self, item: &Item) {
        if let Item::Mod(inner) = item {
            let target = ["self".to_owned(), inner.ident.to_string()].to_vec();
            self.uses.entry(self.module.clone()).or_default().insert(inner.ident.to_string(), target);
        }
    }

    fn add(&mut self, path: Vec<String>, line: usize) {
        self.found.push((self.module.clone(), path, line));
    }

    /// Every path of a `use`, and the name under which it is known here.
    fn flatten(&mut self, tree: &UseTree, before: &[String], line: usize) {
        let joined = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.flatten(&path.tree, &joined(&path.ident), line),
            UseTree::Group(group) => group.items.iter().for_each(|tree| self.flatten(tree, before, line)),
            UseTree::Glob(_) => self.add(before.to_vec(), line),
            UseTree::Name(name) if name.ident == "self" => {
                self.bring(before.last().cloned().unwrap_or_default(), before.to_vec(), line);
            }
            UseTree::Name(name) => self.bring(name.ident.to_string(), joined(&name.ident), line),
            UseTree::Rename(name) if name.ident == "self" => {
                self.bring(name.rename.to_string(), before.to_vec(), line);
            }
            UseTree::Rename(name) => self.bring(name.rename.to_string(), joined(&name.ident), line),
        }
    }

    fn bring(&mut self, name: String, path: Vec<String>, line: usize) {
        self.uses.entry(self.module.clone()).or_default().insert(name, path.clone());
        self.add(path, line);
    }

    /// Paths within the words of a macro, which is not parsed.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let (mut line, mut colons) = (0, 0);
        for token in tokens {
            match token {
                TokenTree::Punct(sign) if sign.as_char() == ':' => colons += 1,
                TokenTree::Ident(name) => {
                    if colons != 2 {
                        self.add_tokens(&mut path, line);
                    }
                    line = name.span().start().line;
                    path.push(name.to_string());
                    colons = 0;
                }
                other => {
                    self.add_tokens(&mut path, line);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.add_tokens(&mut path, line);
    }

    fn add_tokens(&mut self, path: &mut Vec<String>, line: usize) {
        let path = std::mem::take(path);
        if !path.is_empty() {
            self.add(path, line);
        }
    }
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_mod(&mut self, inner: &'ast syn::ItemMod) {
        let Some((_, items)) = &inner.content else { return };
        self.module.push(inner.ident.to_string());
        for item in items {
            self.declare(item);
        }
        visit::visit_item_mod(self, inner);
        self.module.pop();
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        self.flatten(&item.tree, &[], item.use_token.span.start().line);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let parts: Vec<String> = path.segments.iter().map(|part| part.ident.to_string()).collect();
        let line = path.segments.first().map_or(0, |part| part.ident.span().start().line);
        self.add(parts, line);
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        let name = called.path.segments.last().map(|part| format!("{}!", part.ident));
        let line = called.path.segments.first().map_or(0, |part| part.ident.span().start().line);
        self.found.push((self.module.clone(), name.into_iter().collect(), line));
        self.tokens(called.tokens.clone());
        visit::visit_macro(self, called);
    }

    fn visit_expr_unsafe(&mut self, block: &'ast syn::ExprUnsafe) {
        self.add(vec!["unsafe".to_owned()], block.unsafe_token.span.start().line);
        visit::visit_expr_unsafe(self, block);
    }

    fn visit_signature(&mut self, signature: &'ast syn::Signature) {
        if let Some(unsafety) = &signature.unsafety {
            self.add(vec!["unsafe".to_owned()], unsafety.span.start().line);
        }
        visit::visit_signature(self, signature);
    }
}
