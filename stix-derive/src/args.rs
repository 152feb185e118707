//! What the attributes and fields of a declaration say.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Field, GenericArgument, Generics, Ident, Lit,
    LitBool, LitStr, Meta, Path, PathArguments, Result, Token, Type, ext::IdentExt, meta::ParseNestedMeta,
    parenthesized, punctuated::Punctuated,
};

/// A struct that derives from this crate.
pub(crate) struct Declaration {
    pub(crate) ident: Ident,
    pub(crate) generics: Generics,
    pub(crate) doc: String,
    pub(crate) object_type: Option<LitStr>,
    pub(crate) class: Option<Ident>,
    pub(crate) name: Option<LitStr>,
    pub(crate) section: Option<LitStr>,
    /// The identifier of the extension definition that defines it.
    pub(crate) extension: Option<LitStr>,
    /// Whether the properties of the extension stand beside those of the object.
    pub(crate) toplevel: bool,
    /// Whether the type of object is none of the specification, and has no extension definition.
    pub(crate) is_custom: bool,
    pub(crate) constraints: Vec<TokenStream>,
    pub(crate) reserved: Vec<LitStr>,
    /// The function that checks what the other arguments cannot say.
    pub(crate) check: Option<Path>,
    /// Whether the struct is a set of extensions, and whether these contribute to the identifier.
    pub(crate) extensions: Option<bool>,
    /// The name of the trait that sets these properties on every object that has them.
    pub(crate) builder: Option<Ident>,
    pub(crate) constructor: Constructor,
    pub(crate) common: Option<Field>,
    pub(crate) custom: Option<Ident>,
    /// The fields that are no properties.
    pub(crate) state: Vec<Ident>,
    pub(crate) properties: Vec<Property>,
}

/// What constructors the struct gets.
#[derive(PartialEq)]
pub(crate) enum Constructor {
    /// With the required properties in the order in which they are declared.
    Required,
    /// With these properties.
    Of(Vec<Ident>),
    /// Only the one that takes the common properties: `new` is written by hand.
    FromCommon,
}

/// A field that is a property.
pub(crate) struct Property {
    pub(crate) ident: Ident,
    pub(crate) doc: String,
    /// The type of the value, without the `Option` around it.
    pub(crate) value: Type,
    pub(crate) required: bool,
    pub(crate) after_own: bool,
    pub(crate) milliseconds: bool,
    pub(crate) whole_seconds: bool,
    pub(crate) deprecated: bool,
    pub(crate) id_contributing: Option<TokenStream>,
    pub(crate) targets: Vec<TokenStream>,
    pub(crate) vocabulary: Option<TokenStream>,
    /// The value that constructors give it.
    pub(crate) default: Option<Expr>,
    /// The name in JSON, where it is not that of the field.
    rename: Option<LitStr>,
}

enum Role {
    Common,
    Custom,
    State,
    Property(Box<Property>),
}

impl Declaration {
    pub(crate) fn read(input: &DeriveInput) -> Result<Self> {
        let Data::Struct(data) = &input.data else {
            return Err(Error::new_spanned(&input.ident, "only a struct can be declared"));
        };
        let mut declaration = Self {
            ident: input.ident.clone(),
            generics: input.generics.clone(),
            doc: doc(&input.attrs),
            object_type: None,
            class: None,
            name: None,
            section: None,
            extension: None,
            toplevel: false,
            is_custom: false,
            constraints: Vec::new(),
            reserved: Vec::new(),
            check: None,
            extensions: None,
            builder: None,
            constructor: Constructor::Required,
            common: None,
            custom: None,
            state: Vec::new(),
            properties: Vec::new(),
        };
        for attribute in stix(&input.attrs) {
            attribute.parse_nested_meta(|meta| declaration.read_argument(&meta))?;
        }
        let mut after_own = false;
        for field in &data.fields {
            declaration.read_field(field, &mut after_own)?;
        }
        Ok(declaration)
    }

    fn read_argument(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        let name = meta.path.require_ident()?.to_string();
        match name.as_str() {
            "type" => self.object_type = Some(meta.value()?.parse()?),
            "class" => self.class = Some(meta.value()?.parse()?),
            "name" => self.name = Some(meta.value()?.parse()?),
            "section" => self.section = Some(meta.value()?.parse()?),
            "extension" => self.extension = Some(meta.value()?.parse()?),
            "toplevel" => self.toplevel = true,
            "custom" => self.is_custom = true,
            "check" => self.check = Some(meta.value()?.parse()?),
            "builder" => self.builder = Some(meta.value()?.parse()?),
            "extensions" => self.extensions = Some(flag_in_parentheses(meta, "id_contributing")?),
            "new" => self.constructor = Constructor::Of(in_parentheses(meta)?),
            "no_new" => self.constructor = Constructor::FromCommon,
            "reserved" => self.reserved = texts_in_parentheses(meta)?,
            _ => self.constraints.push(constraint(&name, meta)?),
        }
        Ok(())
    }

    fn read_field(&mut self, field: &Field, after_own: &mut bool) -> Result<()> {
        match Property::read(field, after_own)? {
            Role::Common => self.common = Some(field.clone()),
            Role::Custom => self.custom.clone_from(&field.ident),
            Role::State => self.state.extend(field.ident.clone()),
            Role::Property(property) => self.properties.push(*property),
        }
        Ok(())
    }

    /// The argument, or an error that asks for it.
    pub(crate) fn need<'a, T>(&self, argument: &'a Option<T>, name: &str) -> Result<&'a T> {
        argument.as_ref().ok_or_else(|| Error::new_spanned(&self.ident, format!("`{name}` is missing")))
    }
}

impl Property {
    fn read(field: &Field, after_own: &mut bool) -> Result<Role> {
        let ident = field.ident.clone().ok_or_else(|| Error::new_spanned(field, "the field needs a name"))?;
        let (value, required) = match option_of(&field.ty) {
            Some(value) => (value.clone(), false),
            None => (field.ty.clone(), true),
        };
        let mut property = Self {
            ident,
            doc: doc(&field.attrs),
            value,
            required,
            after_own: false,
            milliseconds: false,
            whole_seconds: false,
            deprecated: false,
            id_contributing: None,
            targets: Vec::new(),
            vocabulary: None,
            default: None,
            rename: None,
        };
        let mut special = None;
        for attribute in stix(&field.attrs) {
            attribute.parse_nested_meta(|meta| {
                match meta.path.require_ident()?.to_string().as_str() {
                    "common" => special = Some(Role::Common),
                    "custom" => special = Some(Role::Custom),
                    "state" => special = Some(Role::State),
                    "after_own" => *after_own = true,
                    _ => property.read_argument(&meta)?,
                }
                Ok(())
            })?;
        }
        property.after_own = *after_own;
        Ok(special.unwrap_or_else(|| Role::Property(Box::new(property))))
    }

    fn read_argument(&mut self, meta: &ParseNestedMeta<'_>) -> Result<()> {
        match meta.path.require_ident()?.to_string().as_str() {
            "milliseconds" => self.milliseconds = true,
            "whole_seconds" => self.whole_seconds = true,
            "deprecated" => self.deprecated = true,
            "name" => self.rename = Some(meta.value()?.parse()?),
            "default" => self.default = Some(meta.value()?.parse()?),
            "id_contributing" if meta.input.peek(Token![=]) => {
                self.id_contributing = Some(meta.value()?.parse::<Expr>()?.into_token_stream());
            }
            "id_contributing" => self.id_contributing = Some(quote!(true)),
            "refs" => self.targets = targets(meta)?,
            "vocabulary" => self.vocabulary = Some(vocabulary(meta)?),
            _ => return Err(meta.error("not an argument of a property")),
        }
        Ok(())
    }

    /// The name in JSON.
    pub(crate) fn name(&self) -> String {
        self.rename.as_ref().map_or_else(|| self.ident.unraw().to_string(), LitStr::value)
    }
}

fn stix(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("stix"))
}

/// The documentation comment, up to its example.
fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    let prose: Vec<_> = lines.take_while(|line| !line.starts_with("```")).collect();
    prose.join("\n").trim_end().to_owned()
}

fn option_of(ty: &Type) -> Option<&Type> {
    argument_of(ty, "Option")
}

/// The type of the items of a list.
pub(crate) fn item_of(ty: &Type) -> Option<&Type> {
    argument_of(ty, "Vec")
}

fn argument_of<'a>(ty: &'a Type, name: &str) -> Option<&'a Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == name)?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(value) => Some(value),
        _ => None,
    })
}

/// Reads `(a, b, ...)`, at least one.
fn in_parentheses(meta: &ParseNestedMeta<'_>) -> Result<Vec<Ident>> {
    let content;
    parenthesized!(content in meta.input);
    let idents: Vec<Ident> =
        Punctuated::<Ident, Token![,]>::parse_terminated(&content)?.into_iter().collect();
    if idents.is_empty() { Err(meta.error("name at least one")) } else { Ok(idents) }
}

fn texts_in_parentheses(meta: &ParseNestedMeta<'_>) -> Result<Vec<LitStr>> {
    let content;
    parenthesized!(content in meta.input);
    Ok(Punctuated::<LitStr, Token![,]>::parse_terminated(&content)?.into_iter().collect())
}

/// Reads nothing or `(flag)`.
fn flag_in_parentheses(meta: &ParseNestedMeta<'_>, flag: &str) -> Result<bool> {
    if !meta.input.peek(syn::token::Paren) {
        return Ok(false);
    }
    match in_parentheses(meta)?.as_slice() {
        [ident] if ident == flag => Ok(true),
        _ => Err(meta.error(format!("only `{flag}` can stand here"))),
    }
}

/// A vocabulary of `stix_core::vocab`, or one given by its path.
fn vocabulary(meta: &ParseNestedMeta<'_>) -> Result<TokenStream> {
    let content;
    parenthesized!(content in meta.input);
    let path: Path = content.parse()?;
    Ok(match path.get_ident() {
        Some(ident) => quote!(::stix_core::vocab::#ident),
        None => path.into_token_stream(),
    })
}

fn targets(meta: &ParseNestedMeta<'_>) -> Result<Vec<TokenStream>> {
    let content;
    parenthesized!(content in meta.input);
    let targets = content.parse_terminated(
        |input| {
            if input.peek(LitStr) {
                let name: LitStr = input.parse()?;
                return Ok(quote!(::stix_core::schema::Target::Type(#name)));
            }
            let class: Ident = input.parse()?;
            Ok(quote!(::stix_core::schema::Target::Class(::stix_core::schema::Class::#class)))
        },
        Token![,],
    )?;
    Ok(targets.into_iter().map(ToTokens::into_token_stream).collect())
}

/// The variant of `stix_core::schema::Constraint` that an argument stands for.
fn constraint(name: &str, meta: &ParseNestedMeta<'_>) -> Result<TokenStream> {
    let variant = match name {
        "at_least_one" => names_constraint(meta, &quote!(AtLeastOne))?,
        "exactly_one" => names_constraint(meta, &quote!(ExactlyOne))?,
        "requires" => pair_constraint(meta, &quote!(Requires))?,
        "not_before" => pair_constraint(meta, &quote!(NotBefore))?,
        "after" => pair_constraint(meta, &quote!(After))?,
        "required_when" => condition_constraint(meta, &quote!(RequiredWhen))?,
        "forbidden_when" => condition_constraint(meta, &quote!(ForbiddenWhen))?,
        "only_with_term" => term_constraint(meta)?,
        "any_own" if meta.input.peek(syn::token::Paren) => names_constraint(meta, &quote!(AnyOwn))?,
        "any_own" => quote!(AnyOwn(&[])),
        "any_besides" => names_constraint(meta, &quote!(AnyBesides))?,
        _ => return Err(meta.error("not an argument of a declaration")),
    };
    Ok(quote!(::stix_core::schema::Constraint::#variant))
}

/// Reads `(a, b, ...)`.
fn names_constraint(meta: &ParseNestedMeta<'_>, variant: &TokenStream) -> Result<TokenStream> {
    let names = in_parentheses(meta)?.into_iter().map(|ident| ident.unraw().to_string());
    Ok(quote!(#variant(&[#(#names),*])))
}

/// Reads `(first, second)`.
fn pair_constraint(meta: &ParseNestedMeta<'_>, variant: &TokenStream) -> Result<TokenStream> {
    let names = in_parentheses(meta)?;
    let [first, second] = names.as_slice() else { return Err(meta.error("name two properties")) };
    let (first, second) = (first.unraw().to_string(), second.unraw().to_string());
    Ok(quote!(#variant(#first, #second)))
}

/// Reads `(property, condition = true)`.
fn condition_constraint(meta: &ParseNestedMeta<'_>, variant: &TokenStream) -> Result<TokenStream> {
    let content;
    parenthesized!(content in meta.input);
    let property = content.parse::<Ident>()?.unraw().to_string();
    content.parse::<Token![,]>()?;
    let condition = content.parse::<Ident>()?.unraw().to_string();
    content.parse::<Token![=]>()?;
    let value: LitBool = content.parse()?;
    Ok(quote!(#variant { property: #property, condition: #condition, value: #value }))
}

/// Reads `(property, list = "term")`.
fn term_constraint(meta: &ParseNestedMeta<'_>) -> Result<TokenStream> {
    let content;
    parenthesized!(content in meta.input);
    let property = content.parse::<Ident>()?.unraw().to_string();
    content.parse::<Token![,]>()?;
    let list = content.parse::<Ident>()?.unraw().to_string();
    content.parse::<Token![=]>()?;
    let term: LitStr = content.parse()?;
    Ok(quote!(OnlyWithTerm { property: #property, list: #list, term: #term }))
}
