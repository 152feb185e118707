//! What the attributes and fields of a declaration say.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Attribute, Data, DeriveInput, Error, Expr, ExprLit, Field, GenericArgument, Ident, Lit, LitStr, Meta,
    PathArguments, Result, Token, Type, meta::ParseNestedMeta, parenthesized, punctuated::Punctuated,
};

/// A struct that derives from this crate.
pub(crate) struct Declaration {
    pub(crate) ident: Ident,
    pub(crate) doc: String,
    pub(crate) object_type: Option<LitStr>,
    pub(crate) class: Option<Ident>,
    pub(crate) name: Option<LitStr>,
    pub(crate) section: Option<LitStr>,
    pub(crate) constraints: Vec<TokenStream>,
    pub(crate) common: Option<Field>,
    pub(crate) custom: Option<Ident>,
    pub(crate) properties: Vec<Property>,
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
    pub(crate) targets: Vec<TokenStream>,
    pub(crate) vocabulary: Option<Ident>,
}

enum Role {
    Common,
    Custom,
    Property(Box<Property>),
}

impl Declaration {
    pub(crate) fn read(input: &DeriveInput) -> Result<Self> {
        let Data::Struct(data) = &input.data else {
            return Err(Error::new_spanned(&input.ident, "only a struct can be declared"));
        };
        let mut declaration = Self {
            ident: input.ident.clone(),
            doc: doc(&input.attrs),
            object_type: None,
            class: None,
            name: None,
            section: None,
            constraints: Vec::new(),
            common: None,
            custom: None,
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
            "at_least_one" => self.constraints.push(list_constraint(meta, quote!(AtLeastOne))?),
            "exactly_one" => self.constraints.push(list_constraint(meta, quote!(ExactlyOne))?),
            "requires" => self.constraints.push(pair_constraint(meta, &quote!(Requires))?),
            "not_before" => self.constraints.push(pair_constraint(meta, &quote!(NotBefore))?),
            "after" => self.constraints.push(pair_constraint(meta, &quote!(After))?),
            _ => return Err(meta.error("not an argument of a declaration")),
        }
        Ok(())
    }

    fn read_field(&mut self, field: &Field, after_own: &mut bool) -> Result<()> {
        match Property::read(field, after_own)? {
            Role::Common => self.common = Some(field.clone()),
            Role::Custom => self.custom.clone_from(&field.ident),
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
            targets: Vec::new(),
            vocabulary: None,
        };
        let mut special = None;
        for attribute in stix(&field.attrs) {
            attribute.parse_nested_meta(|meta| {
                match meta.path.require_ident()?.to_string().as_str() {
                    "common" => special = Some(Role::Common),
                    "custom" => special = Some(Role::Custom),
                    "after_own" => *after_own = true,
                    "milliseconds" => property.milliseconds = true,
                    "refs" => property.targets = targets(&meta)?,
                    "vocabulary" => property.vocabulary = Some(in_parentheses(&meta)?.0),
                    _ => return Err(meta.error("not an argument of a property")),
                }
                Ok(())
            })?;
        }
        property.after_own = *after_own;
        Ok(special.unwrap_or_else(|| Role::Property(Box::new(property))))
    }

    /// The name in JSON.
    pub(crate) fn name(&self) -> String {
        self.ident.to_string()
    }
}

fn stix(attributes: &[Attribute]) -> impl Iterator<Item = &Attribute> {
    attributes.iter().filter(|attribute| attribute.path().is_ident("stix"))
}

fn doc(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| match &attribute.meta {
        Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
            Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        },
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn option_of(ty: &Type) -> Option<&Type> {
    let Type::Path(path) = ty else { return None };
    let segment = path.path.segments.last().filter(|segment| segment.ident == "Option")?;
    let PathArguments::AngleBracketed(arguments) = &segment.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(value) => Some(value),
        _ => None,
    })
}

/// Reads `(a)` or `(a, b, ...)`: the first one and all of them.
fn in_parentheses(meta: &ParseNestedMeta<'_>) -> Result<(Ident, Vec<Ident>)> {
    let content;
    parenthesized!(content in meta.input);
    let idents: Vec<Ident> =
        Punctuated::<Ident, Token![,]>::parse_terminated(&content)?.into_iter().collect();
    let first = idents.first().cloned().ok_or_else(|| meta.error("name at least one"))?;
    Ok((first, idents))
}

fn list_constraint(meta: &ParseNestedMeta<'_>, variant: TokenStream) -> Result<TokenStream> {
    let names = in_parentheses(meta)?.1.into_iter().map(|ident| ident.to_string());
    Ok(quote!(::stix_core::schema::Constraint::#variant(&[#(#names),*])))
}

fn pair_constraint(meta: &ParseNestedMeta<'_>, variant: &TokenStream) -> Result<TokenStream> {
    let names = in_parentheses(meta)?.1;
    let [first, second] = names.as_slice() else { return Err(meta.error("name two properties")) };
    let (first, second) = (first.to_string(), second.to_string());
    Ok(quote!(::stix_core::schema::Constraint::#variant(#first, #second)))
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
